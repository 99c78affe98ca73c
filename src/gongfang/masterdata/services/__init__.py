"""Verbs of the master data, one file per noun."""

from gongfang.masterdata.services import settings as settings
