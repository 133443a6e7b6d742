"""leukon watches the blood of people whose treatment depletes their immune cells.

`read` events, `review` them under a protocol, and look at the tables of the `Review`.
"""

from leukon.errors import InputError, KnowledgeError, LeukonError, UsageError
from leukon.events.code_map import CodeMap
from leukon.ingest.reading import read
from leukon.ingest.site_map import load_code_map
from leukon.knowledge.library import list_protocols, load_protocol
from leukon.knowledge.protocol import Protocol
from leukon.monitor.review import Review, review
from leukon.scale import spark
from leukon.scale.shards import DatasetReview, review_dataset

__version__ = "0.1.0"
__all__ = [
    "CodeMap",
    "DatasetReview",
    "InputError",
    "KnowledgeError",
    "LeukonError",
    "Protocol",
    "Review",
    "UsageError",
    "list_protocols",
    "load_code_map",
    "load_protocol",
    "read",
    "review",
    "review_dataset",
    "spark",
]
