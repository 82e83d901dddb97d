"""Records visits until it is killed, and says the id of each once it is recorded: recorder.py HOME DOOR"""

import sys
import uuid

from doorknock import Channel, Doorknock, FileKeys, NewVisit, Outcome

folder, door = sys.argv[1], uuid.UUID(sys.argv[2])
home = Doorknock.open(folder, FileKeys(folder + "/key"))
while True:
    visit = home.log_visit(NewVisit(door=door, outcome=Outcome.MET, channel=Channel.PHONE, summary="通了"))
    print(visit.hex, flush=True)
