"""`python -m intake.site`: compresses the programs of the pages once, after a build."""

from intake.site.build import compress_programs

compress_programs()
