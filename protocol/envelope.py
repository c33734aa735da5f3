"""The envelope of every HTTP answer: ``{"code", "msg", "data"}`` or ``{"code", "msg", "rows", "total"}``."""

import ujson

from protocol.errors import Refusal


def ok(data: object = None, msg: str = "", **extra: object) -> str:
    """Success. `extra` are further top-level keys, which classic clients don't look at."""
    return ujson.dumps(
        {"code": 0, "msg": msg, "data": data, **extra}, ensure_ascii=False, escape_forward_slashes=False
    )


def rows(items: list, total: int | None = None, data: object = None) -> str:
    """A list. `total` defaults to the number of rows; an empty list is ``[]``, never null."""
    answer: dict = {"code": 0, "msg": "", "rows": items, "total": len(items) if total is None else total}
    if data is not None:
        answer["data"] = data
    return ujson.dumps(answer, ensure_ascii=False, escape_forward_slashes=False)


def failure(refusal: Refusal, lang: str = "zh") -> str:
    """A refusal, with its reason in `lang` ("zh" or "en")."""
    answer: dict = {"code": refusal.code, "msg": refusal.msg(lang)}
    if refusal.data is not None:
        answer["data"] = refusal.data
    return ujson.dumps(answer, ensure_ascii=False, escape_forward_slashes=False)
