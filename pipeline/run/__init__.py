"""The corridor and what drives it: which months are stale, building them, planning and publishing."""
