"""Further files of a release, beside the CSV and the Parquet: formats that others' programs ask for."""
