"""`python -m intake.site`: compresses the programs of the pages once, after the client was built."""

from intake.site.build import compress_programs

compress_programs()
