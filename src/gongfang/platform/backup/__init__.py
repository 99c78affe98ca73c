"""Everything in one archive, and back again after it has been proved sound.

archive.py packs and unpacks with checksums; sqlite.py and postgres.py copy the database; services.py is the door.
"""
