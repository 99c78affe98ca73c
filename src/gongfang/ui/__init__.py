"""L2: the kit. A noun is declared once (`screens`); list, document, entry, print, export, import and API filters follow.

Knows Django and the kernel, never a domain package and never HTTP routing: `gongfang.web` mounts what is declared here.
"""
