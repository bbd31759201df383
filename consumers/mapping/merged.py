"""Aggregation expressions that merge a body with its amended parts, inside the database.

``as_told`` holds what the body itself said; the fields of the same names beside it are the merged
ones. Everything is sorted before it is merged, so the result does not depend on who came first.
Needs ``$sortArray``, MongoDB 5.2 or later.
"""

from typing import Any

Expression = Any

_AMENDMENTS = {"$objectToArray": {"$ifNull": ["$amendments", {}]}}
_SORTED = {
    "$sortArray": {
        "input": _AMENDMENTS,
        "sortBy": {"v.rank": 1, "v.revision": 1, "k": 1},
    }
}

HAS_AMENDMENTS: Expression = {"$gt": [{"$size": _AMENDMENTS}, 0]}


def _from_parts(of_one: Expression) -> Expression:
    """Return the concatenation of a list that each part, ``$$part.v``, gives."""
    lists = {"$map": {"input": _SORTED, "as": "part", "in": of_one}}
    return {"$reduce": {"input": lists, "initialValue": [], "in": {"$concatArrays": ["$$value", "$$this"]}}}


def _last_of_each(candidates: Expression) -> Expression:
    """Return the values of ``[{k, v}]``; of those with one key the last."""
    return {
        "$map": {
            "input": {"$objectToArray": {"$arrayToObject": candidates}},
            "as": "entry",
            "in": "$$entry.v",
        }
    }


def _file_candidates(files: Expression, teller: str) -> Expression:
    complete = {
        "$switch": {
            "branches": [
                {"case": {"$eq": ["$$file.complete", True]}, "then": 2},
                {"case": {"$eq": ["$$file.complete", False]}, "then": 1},
            ],
            "default": 0,
        }
    }
    author = {"$ifNull": [f"{teller}.author", ""]}
    candidate = {
        "k": "$$file.path",
        "v": "$$file",
        "complete": complete,
        "scifly": {"$eq": [{"$indexOfBytes": [author, "scifly@"]}, 0]},
        "rank": f"{teller}.rank",
        "revision": f"{teller}.revision",
        "author": author,
    }
    return {"$map": {"input": {"$ifNull": [files, []]}, "as": "file", "in": candidate}}


_FILES = {
    "$sortArray": {
        "input": {
            "$concatArrays": [
                _file_candidates("$as_told.files", "$$ROOT"),
                _from_parts(_file_candidates("$$part.v.files", "$$part.v")),
            ]
        },
        "sortBy": {"complete": 1, "scifly": 1, "rank": 1, "revision": 1, "author": 1},
    }
}
_FILE_ENTRIES = {"$map": {"input": _FILES, "as": "file", "in": {"k": "$$file.k", "v": "$$file.v"}}}

MERGED_FILES: Expression = {"$sortArray": {"input": _last_of_each(_FILE_ENTRIES), "sortBy": {"path": 1}}}
"""Files by path: complete before not, SciFly before the recorder, then the newer telling."""

MERGED_FAILURES: Expression = {
    "$concatArrays": ["$as_told.failures", _from_parts({"$ifNull": ["$$part.v.failures", []]})]
}

_V_ENTRIES = {
    "$map": {
        "input": {"$concatArrays": ["$as_told.v", _from_parts({"$ifNull": ["$$part.v.v", []]})]},
        "as": "scalar",
        "in": {"k": "$$scalar.k", "v": "$$scalar"},
    }
}
MERGED_V: Expression = _last_of_each(_V_ENTRIES)

_VALUE_ENTRIES = {
    "$concatArrays": [
        {"$objectToArray": "$as_told.values"},
        _from_parts({"$objectToArray": {"$ifNull": ["$$part.v.values", {}]}}),
    ]
}
_IS_LEAF = {
    "$and": [
        {"$ne": [{"$type": "$$this.v.value"}, "missing"]},
        {"$not": [{"$in": [{"$type": "$$this.v.unit"}, ["missing", "object"]]}]},
    ]
}
_MERGED_NODE = {
    "$reduce": {
        "input": {"$filter": {"input": "$$entries", "as": "entry", "cond": {"$eq": ["$$entry.k", "$$name"]}}},
        "initialValue": {},
        "in": {"$cond": [_IS_LEAF, "$$this.v", {"$mergeObjects": ["$$value", "$$this.v"]}]},
    }
}
MERGED_VALUES: Expression = {
    "$let": {
        "vars": {"entries": _VALUE_ENTRIES},
        "in": {
            "$arrayToObject": {
                "$map": {
                    "input": {"$sortArray": {"input": {"$setUnion": ["$$entries.k", []]}, "sortBy": 1}},
                    "as": "name",
                    "in": {"k": "$$name", "v": _MERGED_NODE},
                }
            }
        },
    }
}
"""Values of the body, a group or a value of an amended part over them."""

_PARTS_OF_BODY = {
    "$filter": {
        "input": _AMENDMENTS,
        "as": "part",
        "cond": {
            "$and": [
                {"$eq": ["$$part.v.part.name", "files"]},
                {"$eq": ["$$part.v.author", "$author"]},
                {"$lte": ["$$part.v.part.index", "$parts_expected"]},
            ]
        },
    }
}
_EVERY_FILE_KNOWN = {
    "$allElementsTrue": {
        "$map": {
            "input": {"$ifNull": ["$files", []]},
            "as": "file",
            "in": {"$eq": [{"$type": "$$file.complete"}, "bool"]},
        }
    }
}
COMPLETE: Expression = {
    "$and": [
        {"$eq": ["$phase", "ended"]},
        {"$gte": [{"$size": _PARTS_OF_BODY}, {"$ifNull": ["$parts_expected", 0]}]},
        _EVERY_FILE_KNOWN,
    ]
}
"""Values, files and sizes are all there: it has ended, and each of its files is known to its end."""
