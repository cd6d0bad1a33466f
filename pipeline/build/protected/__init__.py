"""What protects people in what is public: registers, what is kept back, releases whose extract has gone."""
