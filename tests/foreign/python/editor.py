"""Edits a case's note and title as somebody saw them, says so, and waits to be killed: editor.py HOME CASE NOTE VERSION TITLE TEXT"""

import sys
import uuid

from doorknock import Doorknock, FileKeys, NamedValue, RecordValue

folder, case, note, version, title, text = sys.argv[1:]
home = Doorknock.open(folder, FileKeys(folder + "/key"))
case = uuid.UUID(case)
home.edit_text(case, "note", version, text, note)
home.edit_record(case, [NamedValue(name="title", value=RecordValue.WRITTEN(title))], version)
print("saved", flush=True)
sys.stdin.read()
