"""The tests, and in `lib` what several of them share."""
