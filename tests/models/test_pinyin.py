"""Names are found as they are written and as they are pronounced."""

import pytest

from models.pinyin import is_called, name_of
from models.words import words_in

FOUND = {
    "张三": ["张", "三", "张三", "zs", "zhangsan", "zhang", "zhangs", "zsan", "zhs", "ZhangSan", "ＺＳ",
             "san", "s", "zhang san", "san zhang", "张san"],
    "单雄信": ["单", "dxx", "sxx", "cxx", "shanxiongxin", "danxiong", "chanx", "xiongxin", "xx"],
    "重庆火锅群": ["cq", "chongqing", "zhongqing", "zqhgq", "huoguo", "火锅", "hg"],
    "曾国藩": ["zeng", "ceng", "zgf", "cgf", "zengguofan", "guofan"],
    "吕布": ["lv", "lü", "lvbu", "lb"],
    "诸葛·亮": ["zgl", "zhugeliang", "诸葛", "葛", "liang"],
    "张 三": ["zs", "zhangsan", "张 三"],
    "李Bob": ["bob", "libob", "lb", "李bob", "LI", "ob"],
    "3班家长群": ["3", "3bjzq", "banjiazhang", "jz", "3班"],
    "Zoe Smith": ["zoe", "SMI", "mith", "smith zoe", "oe"],
    "José": ["josé", "JOSÉ"],
    "西安": ["xian", "xa", "xi'an"],
    "先生": ["xian", "xs"],
    "𠮷野家": ["𠮷", "野家", "yj"],
    "たなか": ["たな", "か"],
    "김철수": ["철", "김철수"],
    "Иван": ["ива", "ИВАН"],
    "小明🎉": ["🎉", "xm", "小明"],
    "５班": ["5", "5ban", "5b"],
}  # fmt: skip

MISSED = {
    "张三": ["四", "三张", "li", "hang", "zsz", "zhangsanf", "ng", "张四", "zs li"],
    "重庆火锅群": ["cz", "chongging"],
    "Zoe Smith": ["zs", "esmith", "zoesmith"],
    "李Bob": ["bobli", "lbx"],
    "先生": ["xa"],
    "김철수": ["kim"],
    "José": ["josex"],
    "张三 Bob": ["sanbob", "zsb"],
}


@pytest.mark.parametrize("name", FOUND)
def test_found(name):
    """As written, by any reading, by initials, by what is typed so far."""
    called = name_of(name)
    assert [query for query in FOUND[name] if not is_called(called, list(words_in(query)))] == []


@pytest.mark.parametrize("name", MISSED)
def test_missed(name):
    """Nothing else."""
    called = name_of(name)
    assert [query for query in MISSED[name] if is_called(called, list(words_in(query)))] == []


def test_any_query_ends():
    """What can be read in many ways is looked at once each."""
    name = name_of("阿" * 40)
    assert is_called(name, list(words_in("a" * 40))) and not is_called(name, list(words_in("a" * 60 + "b")))
