"""From an unknown export to a drafted mapping or declaration: layout, columns, who is in it, what it resembles.

No cell of a file leaves this room: what it returns are names of columns, kinds, patterns, shares and counts.
"""
