"""Inside: what runs on the other side of the wall.   standard library only, no import of codeio

The driver starts `python -c "... from inside.start import main"` with this folder's parent on the path, so a
zygote holds nothing but the standard library, these modules and what its tier imports for the programs.
"""
