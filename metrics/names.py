"""Every name that Prometheus gets of us, and which numbers stand under it; docs/metrics.md tells what each is
for.

Names are as Prometheus wants them: in base units, `_total` behind what only grows.
"""

import re
from functools import lru_cache
from typing import NamedTuple


class Family(NamedTuple):
    """`source`: a pattern for the keys under which parts tell their numbers. `labels`: the first are what the
    pattern's groups find, the rest the keys of a tally. `scale`: what a number is multiplied by."""

    kind: str
    name: str
    text: str
    source: str
    labels: tuple[str, ...] = ()
    scale: float = 1


_C, _G, _H = "counter", "gauge", "histogram"
_LANE = "db_(read|heavy|write)_"

FAMILIES = (
    # --- who is connected ---------------------------------------------------------------------------------
    Family(_G, "magpie_connections", "Open WebSockets.", "hub_connections"),
    Family(_G, "magpie_connected_users", "People with an open WebSocket.", "hub_users"),
    Family(_G, "magpie_connected_sessions", "Sessions with an open WebSocket.", "hub_sessions"),
    Family(_G, "magpie_connected_groups", "Groups that an open WebSocket listens to.", "hub_groups"),
    Family(_G, "magpie_watchers", "WebSockets that may show who is online.", "hub_watchers"),
    Family(_G, "magpie_transports", "Open WebSockets.", "transport_(direct|stream)", ("transport",)),
    Family(_C, "magpie_closes_total", "WebSockets that ended.", "transport_closes", ("by", "code")),
    Family(_C, "magpie_pings_total", "Pings sent.", "transport_pings"),
    Family(_C, "magpie_ping_timeouts_total", "WebSockets cut for silence.", "transport_timed_out"),
    Family(_G, "magpie_places", "Connections of any kind that there may be.", "http_places"),
    Family(_G, "magpie_http_connections", "Open connections, without WebSockets.", "http_connections"),
    Family(_C, "magpie_http_full_total", "Connections that found no place.", "http_refused"),
    Family(_C, "magpie_http_stalled_total", "Connections cut for no progress.", "http_stalled"),
    Family(_C, "magpie_http_responses_total", "Requests answered.", "http_responses", ("status",)),
    Family(_C, "magpie_calls_total", "Calls of the API answered.", "http_calls", ("code",)),
    Family(_H, "magpie_call_seconds", "Calls of the API, without uploads.", "http_call_seconds"),
    Family(_G, "magpie_presence_here", "People in this process.", "presence_here"),
    Family(_G, "magpie_presence_online", "People in any process.", "presence_online"),
    Family(_G, "magpie_presence_coming", "People to be announced.", "announcer_coming"),
    Family(_G, "magpie_presence_going", "People to be announced as gone.", "announcer_going"),
    Family(_C, "magpie_presence_announced_total", "People announced.", "announcer_announced"),
    # --- messages and frames ------------------------------------------------------------------------------
    Family(_C, "magpie_messages_total", "New messages, durable and delivered.", "delivery_messages"),
    Family(_C, "magpie_messages_repeated_total", "Messages stored before.", "delivery_repeated"),
    Family(_C, "magpie_frames_received_total", "Frames read from WebSockets.", "transport_frames"),
    Family(_C, "magpie_frames_refused_total", "Frames refused.", "delivery_refused", ("code",)),
    Family(
        _C,
        "magpie_frames_sent_total",
        "Frames given to WebSockets.",
        "(?:hub|fanout)_frames_to_(people|groups)",
        ("to",),
    ),
    Family(_H, "magpie_ack_seconds", "From a message's frame to its ack's write.", "hub_ack_seconds"),
    Family(_G, "magpie_fanout_groups", "Groups with frames under way.", "fanout_groups"),
    Family(_G, "magpie_fanout_waiting_frames", "Frames to groups that wait.", "fanout_waiting"),
    Family(_C, "magpie_fanout_frames_total", "Frames to groups, each once.", "fanout_frames"),
    Family(_C, "magpie_fanout_batches_total", "Batches these were joined into.", "fanout_batches"),
    Family(_C, "magpie_fanout_writes_total", "Writes of such batches.", "fanout_writes"),
    Family(_G, "magpie_privacy_unseen", "Users who are not seen online.", "privacy_unseen"),
    Family(_G, "magpie_privacy_quiet", "Users without read receipts.", "privacy_quiet"),
    Family(_G, "magpie_muted_users", "Users whom an operator has muted.", "muted_users"),
    Family(_G, "magpie_privacy_blocks", "Pairs of whom one blocks the other.", "privacy_blocks"),
    Family(_G, "magpie_typing_remembered", "People and chats known for typing.", "typing_remembered"),
    # --- the log ------------------------------------------------------------------------------------------
    Family(_G, "magpie_log_queue_entries", "Entries in the log's queue.", "log_queued"),
    Family(_G, "magpie_log_queue_bytes", "Memory of the log's queue.", "limit_queued_bytes_held"),
    Family(_G, "magpie_log_waiting_entries", "Entries without room in it.", "log_waiting"),
    Family(_C, "magpie_log_entries_total", "Entries settled.", "log_settled"),
    Family(_C, "magpie_log_given_up_total", "Entries given up at the deadline.", "log_given_up"),
    Family(_C, "magpie_log_batches_total", "Transactions of the log.", "log_batches"),
    Family(_C, "magpie_log_paced_total", "Transactions that waited for more.", "log_paced"),
    Family(_C, "magpie_log_usual_total", "Transactions written in one pass.", "log_usual"),
    Family(_H, "magpie_log_batch_entries", "Entries of a transaction.", "db_commit_entries"),
    # --- the index of messages ----------------------------------------------------------------------------
    Family(_G, "magpie_index_waiting", "Conversations known to be behind.", "index_waiting"),
    Family(_G, "magpie_index_behind", "Messages missing at the last look.", "index_behind"),
    Family(_C, "magpie_index_messages_total", "Messages put into the index.", "index_messages"),
    Family(_C, "magpie_index_steps_total", "Transactions this took.", "index_steps"),
    Family(_G, "magpie_index_failed", "Conversations left out.", "index_failed"),
    Family(_G, "magpie_search_waiting", "Searches that wait for their turn.", "search_waiting"),
    Family(_G, "magpie_search_running", "Searches being made.", "search_running"),
    # --- moderation ---------------------------------------------------------------------------------------
    Family(_G, "magpie_words", "Words of the list.", "words_listed"),
    Family(_G, "magpie_words_faults", "Lines of the list that were refused.", "words_faults"),
    Family(_G, "magpie_words_broken", "1 while a newer list can't be used.", "words_broken"),
    Family(
        _C, "magpie_words_texts_total", "Texts in which some were.", "words_(blocked|masked|held)", ("deed",)
    ),
    # --- push ---------------------------------------------------------------------------------------------
    Family(_G, "magpie_push_undecided", "Messages that wait to be pushed to some.", "push_undecided"),
    Family(_G, "magpie_push_waiting", "Pushes that wait.", "push_waiting"),
    Family(_G, "magpie_push_slow_gateways", "Gateways that were slow lately.", "push_slow"),
    Family(_C, "magpie_pushes_total", "Ends of pushes.", "push_(sent|failed|dropped|gone)", ("end",)),
    Family(_C, "magpie_push_retries_total", "Tries after the first.", "push_retried"),
    Family(_C, "magpie_scheduled_total", "Ends of tries.", "due_(sent|refused|put_off)", ("end",)),
    # --- previews of links --------------------------------------------------------------------------------
    Family(_G, "magpie_previews_waiting", "Links that are looked at, or wait.", "previews_waiting"),
    Family(
        _C,
        "magpie_previews_total",
        "Links of messages.",
        "previews_(shown|fetched|nothing|forbidden|dropped)",
        ("what",),
    ),
    # --- the database -------------------------------------------------------------------------------------
    Family(
        _H, "magpie_db_seconds", "Calls, with waiting.", "db_(read|read_much|write|commit)_seconds", ("kind",)
    ),
    Family(_C, "magpie_db_errors_total", "Calls that failed.", "db_errors", ("kind",)),
    Family(_G, "magpie_db_waiting_calls", "Calls made or waiting.", _LANE + "waiting", ("lane",)),
    Family(_G, "magpie_db_threads", "Threads.", _LANE + "threads", ("lane",)),
    Family(_G, "magpie_db_busy_threads", "Threads at work.", _LANE + "busy", ("lane",)),
    Family(_C, "magpie_db_expired_total", "Calls given up at the deadline.", _LANE + "expired", ("lane",)),
    Family(_G, "magpie_db_grouped_writes", "Writes that wait to be one.", "db_write_grouped"),
    Family(_G, "magpie_db_away", "1 while callers are refused at once.", "db_(read|write)s_away", ("way",)),
    Family(_C, "magpie_db_refused_total", "Calls refused at once.", "db_(read|write)s_refused", ("way",)),
    Family(_G, "magpie_db_wal_bytes", "SQLite's write-ahead log.", "db_wal_pages", scale=4096),
    Family(_C, "magpie_db_wal_restarts_total", "Times it was made to begin anew.", "db_wal_anew"),
    # --- limits -------------------------------------------------------------------------------------------
    Family(_C, "magpie_limit_refusals_total", "Too much at once.", "limit_(.+)_refused", ("limit",)),
    Family(_G, "magpie_limit_callers", "Callers remembered.", "limit_(.+)_keys", ("limit",)),
    Family(_G, "magpie_limits_away", "1 while only this process counts.", "limit_shared_away"),
    Family(_C, "magpie_limits_asked_total", "Limits asked of all processes.", "limit_shared_asked"),
    Family(_C, "magpie_limits_unanswered_total", "Without an answer.", "limit_shared_unanswered"),
    Family(_G, "magpie_share_held", "Held by all callers.", "limit_(.+)(?<!_bytes)_held", ("share",)),
    Family(_G, "magpie_share_held_bytes", "Held by all callers.", "limit_(.+)_bytes_held", ("share",)),
    Family(_G, "magpie_passwords_waiting", "Passwords hashed or waiting.", "passwords_waiting"),
    Family(_C, "magpie_passwords_refused_total", "Passwords without a place.", "passwords_refused"),
    Family(_G, "magpie_handshakes_waiting", "Handshakes that wait to be looked up.", "handshakes_waiting"),
    Family(_C, "magpie_handshakes_total", "Handshakes looked up.", "handshakes_looked_up"),
    Family(_C, "magpie_handshake_looks_total", "Queries this took.", "handshakes_looks"),
    Family(_G, "magpie_sessions_unwritten", "Sessions whose use is not written yet.", "sessions_seen"),
    Family(_G, "magpie_sessions_watched", "Sessions whose end is awaited.", "sessions_watched"),
    # --- media --------------------------------------------------------------------------------------------
    Family(_G, "magpie_storage_waiting_calls", "Calls made or waiting.", "storage_waiting"),
    Family(_C, "magpie_storage_calls_total", "Calls to the storage.", "storage_calls"),
    Family(_C, "magpie_storage_failures_total", "Calls that failed.", "storage_failed"),
    Family(_G, "magpie_storage_breaker_open", "1 while OSS is not asked.", "storage_breaker_open"),
    Family(_G, "magpie_storage_breaker_failures", "Failures in a row.", "storage_breaker_failures"),
    Family(_C, "magpie_storage_breaker_refused_total", "Calls not made.", "storage_breaker_refused"),
    Family(_G, "magpie_media_waiting", "Pictures that wait for a worker.", "media_waiting"),
    Family(_G, "magpie_media_running", "Pictures in a worker.", "media_running"),
    Family(_C, "magpie_media_done_total", "Pictures made ready.", "media_done"),
    Family(_C, "magpie_media_failed_total", "Pictures that can't be shown.", "media_failed"),
    Family(_C, "magpie_media_workers_lost_total", "Workers lost to a picture.", "media_lost"),
    Family(_G, "magpie_ffmpeg_waiting", "Sounds and films converted or waiting.", "media_ffmpeg_waiting"),
    Family(_C, "magpie_ffmpeg_done_total", "Sounds and films converted.", "media_ffmpeg_done"),
    Family(_C, "magpie_ffmpeg_failed_total", "Sounds and films kept as they came.", "media_ffmpeg_failed"),
    # --- between processes --------------------------------------------------------------------------------
    Family(_G, "magpie_processes", "Processes that know of each other.", "presence_processes"),
    Family(_G, "magpie_bus_channels", "Channels subscribed to.", "bus_subscribed"),
    Family(_C, "magpie_bus_published_total", "Publications of this process.", "bus_published"),
    Family(_C, "magpie_bus_received_total", "Publications of others.", "bus_received"),
    Family(_C, "magpie_bus_missed_total", "Times something may be lost.", "bus_missed"),
    Family(_G, "magpie_bus_holding", "Publications held for their turn.", "bus_holding"),
    Family(_C, "magpie_bus_held_total", "Publications that were held.", "bus_held"),
    Family(_C, "magpie_bus_holes_total", "Changes that did not come in time.", "bus_holes"),
    Family(_C, "magpie_bus_late_total", "Publications that came after that.", "bus_late"),
    Family(_C, "magpie_bus_again_total", "Publications that came twice.", "bus_again"),
    Family(_G, "magpie_recovering", "1 while what may be lost is read again.", "recovery_recovering"),
    Family(_C, "magpie_catch_ups_total", "Times clients were told to catch up.", "recovery_catch_ups"),
    Family(_C, "magpie_healed_total", "Changes read since nobody told of them.", "recovery_healed"),
    Family(_G, "magpie_bus_up", "1 while the line to the others works.", "bus_line_up"),
    Family(_G, "magpie_bus_processes", "Processes on the line.", "bus_line_processes"),
    Family(_C, "magpie_bus_sent_total", "Batches sent.", "bus_line_sent"),
    Family(_C, "magpie_bus_dropped_total", "Batches not sent for want of room.", "bus_line_dropped"),
    Family(_C, "magpie_bus_heard_total", "Batches of others.", "bus_line_heard"),
    Family(_C, "magpie_bus_lost_total", "Batches of others that did not come.", "bus_line_lost"),
    Family(_G, "magpie_bus_waiting_bytes", "What was not sent yet.", "bus_line_waiting_bytes"),
    Family(_C, "magpie_bus_connects_total", "Times the line was opened.", "bus_line_connects"),
    Family(_C, "magpie_bus_refused_total", "Batches that Redis would not take.", "bus_line_refused"),
    Family(_G, "magpie_bus_echo_seconds", "Way of a sign of life.", "bus_line_echo_us", scale=1e-6),
    Family(_C, "magpie_control_given_total", "Orders of this process.", "control_given"),
    Family(_C, "magpie_control_received_total", "Orders of others.", "control_received"),
    # --- the process --------------------------------------------------------------------------------------
    Family(_G, "magpie_build_info", "What runs.", "build", ("version", "python", "database")),
    Family(_H, "magpie_loop_lag_seconds", "How late the loop comes round.", "scrape_loop_lag_seconds"),
    Family(_H, "magpie_gc_pause_seconds", "Collections.", r"scrape_gc_(\d)_seconds", ("generation",)),
    Family(_C, "magpie_scrapes_total", "Times that these numbers were written.", "scrape_texts"),
    # As all Prometheus clients call them.
    Family(_C, "process_cpu_seconds_total", "User and system CPU time.", "process_cpu_seconds"),
    Family(_G, "process_resident_memory_bytes", "Resident memory.", "process_resident_memory_bytes"),
    Family(_G, "process_virtual_memory_bytes", "Virtual memory.", "process_virtual_memory_bytes"),
    Family(_G, "process_start_time_seconds", "When it began, since 1970.", "process_start_time_seconds"),
    Family(_G, "process_open_fds", "Open file descriptors.", "process_open_fds"),
    Family(_G, "process_max_fds", "File descriptors that there may be.", "process_max_fds"),
)

_PATTERNS = [(family, re.compile(family.source)) for family in FAMILIES]


@lru_cache(4096)
def families_of(key: str) -> list[tuple[Family, tuple[str, ...]]]:
    """Where the number that a part tells as `key` belongs, with the values of the labels that are in the key;
    nowhere when nobody has named it."""
    found = [(family, pattern.fullmatch(key)) for family, pattern in _PATTERNS]
    return [(family, match.groups()) for family, match in found if match]
