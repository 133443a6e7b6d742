"""Review a dataset in a process of its own, with small units, to be killed: `python -m tests.scale.killed IN OUT`."""

import sys

from tests.scale.nasty import AS_OF

from leukon.scale import shards

if __name__ == "__main__":
    shards.PIECE, shards.UNIT = 100, 300
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    shards.review_dataset(sys.argv[1], "alemtuzumab-ms", as_of=AS_OF, out=sys.argv[2])
    sys.stdout.write("done\n")
