"""The kinds of media the server tells apart. The extension of a stored file names its kind."""

from dataclasses import dataclass
from enum import Enum


class Sort(Enum):
    PICTURE = "image"
    SOUND = "audio"
    VIDEO = "video"
    FILE = "file"  #: everything a browser shall save and not show


@dataclass(frozen=True, slots=True)
class Kind:
    ext: str
    mime: str
    sort: Sort

    @property
    def inline(self) -> bool:
        """Whether a browser may show it: only kinds that can carry no script."""
        return self.sort is not Sort.FILE


_OFFICE = "application/vnd.openxmlformats-officedocument."

_KINDS = [
    Kind("jpg", "image/jpeg", Sort.PICTURE),
    Kind("png", "image/png", Sort.PICTURE),
    Kind("gif", "image/gif", Sort.PICTURE),
    Kind("webp", "image/webp", Sort.PICTURE),
    Kind("m4a", "audio/mp4", Sort.SOUND),
    Kind("weba", "audio/webm", Sort.SOUND),  # WebM's own extension for sound without pictures
    Kind("ogg", "audio/ogg", Sort.SOUND),
    Kind("mp3", "audio/mpeg", Sort.SOUND),
    Kind("aac", "audio/aac", Sort.SOUND),
    Kind("wav", "audio/wav", Sort.SOUND),
    Kind("flac", "audio/flac", Sort.SOUND),
    Kind("amr", "audio/amr", Sort.SOUND),
    Kind("mp4", "video/mp4", Sort.VIDEO),
    Kind("mov", "video/quicktime", Sort.VIDEO),
    Kind("webm", "video/webm", Sort.VIDEO),
    Kind("mkv", "video/x-matroska", Sort.FILE),
    Kind("heic", "image/heic", Sort.FILE),
    Kind("avif", "image/avif", Sort.FILE),
    Kind("pdf", "application/pdf", Sort.FILE),
    Kind("docx", _OFFICE + "wordprocessingml.document", Sort.FILE),
    Kind("xlsx", _OFFICE + "spreadsheetml.sheet", Sort.FILE),
    Kind("pptx", _OFFICE + "presentationml.presentation", Sort.FILE),
    Kind("doc", "application/msword", Sort.FILE),
    Kind("xls", "application/vnd.ms-excel", Sort.FILE),
    Kind("ppt", "application/vnd.ms-powerpoint", Sort.FILE),
    Kind("zip", "application/zip", Sort.FILE),
    Kind("gz", "application/gzip", Sort.FILE),
    Kind("7z", "application/x-7z-compressed", Sort.FILE),
    Kind("rar", "application/vnd.rar", Sort.FILE),
    Kind("txt", "text/plain", Sort.FILE),
    Kind("bin", "application/octet-stream", Sort.FILE),
]

KINDS = {kind.ext: kind for kind in _KINDS}


def kind_of_name(name: str) -> Kind:
    """The kind that a stored file's extension names; an unknown one is just bytes."""
    return KINDS.get(name.rpartition(".")[2], KINDS["bin"])
