"""What was found in like projects, and what shows that it is not so here.

`FINDINGS` is the one list. Each finding names its project, what was found there, and the tests that
would fail if it were so here; each of these names the finding in its docstring, in these very words
(`Finding: PROJECT, TITLE`). What cannot touch this project says why. `test_findings_of_others.py`
checks the list.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One finding: `tests` as path::name from this folder, or `reason`."""

    project: str
    title: str
    tests: tuple[str, ...] = ()
    reason: str = ""

    @property
    def named(self) -> str:
        """How a test's docstring names it."""
        return f"{self.project}, {self.title}"


HERE = "intake/test_findings_of_others.py::"
BUNDLES = "caseworker/exchange/test_import_bundles.py::"
SAVING = "caseworker/casefile/test_saving_cases.py::"
HEADERS = "intake/server/test_headers.py::"
UPLOADS = "intake/server/test_uploads.py::"
SCHEMA = "intake/storage/test_schema.py::"
FILES = "crypto/test_sealing_files.py::"
ENVELOPES = "crypto/test_sealing_envelopes.py::"

FINDINGS = (
    # ---- Hush Line: audits of 2024 and 2025 ------------------------------------------------------
    Finding(
        "Hush Line",
        "stored XSS in the inbox by |safe",
        (HERE + "test_no_page_and_no_template_makes_markup_of_a_text",),
    ),
    Finding(
        "Hush Line",
        "a request's flag skipped encryption",
        (HERE + "test_nothing_in_a_request_makes_the_server_take_anything_else",),
    ),
    Finding(
        "Hush Line",
        "a policy that allowed scripts of others",
        (HEADERS + "test_the_policy_allows_own_sources_alone",),
    ),
    Finding(
        "Hush Line",
        "V-001 blind SSRF",
        (HERE + "test_the_server_s_rooms_have_nothing_to_fetch_with",),
    ),
    Finding(
        "Hush Line",
        "V-002 unsafe fallback when encryption failed",
        (
            ENVELOPES + "test_a_key_that_cannot_be_sealed_to_is_refused_before_anything_is_made",
            "intake/web/pages/test_bad_input.py::test_where_encryption_fails_nothing_is_sent_in_another_way",
        ),
    ),
    Finding(
        "Hush Line",
        "V-003 sequential message ids",
        (SCHEMA + "test_no_table_has_row_numbers",),
    ),
    Finding(
        "Hush Line",
        "no CSRF token when deleting",
        (UPLOADS + "test_nothing_stored_can_be_read_listed_or_deleted",),
    ),
    Finding(
        "Hush Line", "internal ids on profiles", reason="there are no profiles and no accounts"
    ),
    Finding(
        "Hush Line",
        "ciphertext told by its beginning",
        (BUNDLES + "test_a_poisoned_envelope_is_set_aside_and_stops_nothing",),
    ),
    Finding(
        "Hush Line",
        "private keys in localStorage",
        (
            "intake/web/pages/test_report.py::test_nothing_is_loaded_from_elsewhere_or_left_on_the_device",
        ),
    ),
    Finding(
        "Hush Line",
        "embedding allowed by a null origin",
        (HEADERS + "test_every_answer_has_our_headers_and_no_others",),
    ),
    Finding(
        "Hush Line",
        "password reset by the mailbox for notices",
        reason="there are no accounts, no passwords on the server and no mail",
    ),
    Finding(
        "Hush Line",
        "bodies for several recipients unprotected",
        (ENVELOPES + "test_a_flipped_bit_is_refused",),
    ),
    Finding("Hush Line", "session kept after 2FA", reason="there are no sessions and no log-in"),
    Finding(
        "Hush Line",
        "open redirect",
        (HEADERS + "test_every_answer_has_our_headers_and_no_others",),
    ),
    Finding(
        "Hush Line",
        "secrets in the logs of tests",
        ("crypto/test_secret_types.py::test_a_secret_is_masked",),
    ),
    # ---- OnionShare: audit of 2021, and later ----------------------------------------------------
    Finding(
        "OnionShare",
        "OTF-001 request path shown as rich text",
        (HERE + "test_a_request_s_path_is_repeated_nowhere",),
    ),
    Finding(
        "OnionShare",
        "OTF-014 image bomb in a preview",
        (HERE + "test_no_room_has_anything_that_looks_into_an_image",),
    ),
    Finding(
        "OnionShare",
        "OTF-012 simultaneous uploads dropped",
        (UPLOADS + "test_two_hundred_simultaneous_reports_with_files",),
    ),
    Finding(
        "OnionShare", "OTF-013 sandbox could read the home folder", reason="no sandbox is claimed"
    ),
    Finding(
        "OnionShare",
        "OTF-003 impersonation by invisible characters",
        ("crypto/test_file_names.py::test_a_name_of_invisible_characters_is_refused",),
    ),
    Finding(
        "OnionShare",
        "OTF-004, -005, -009 impersonation of others in a chat",
        reason="there is no chat, and no source is shown to another",
    ),
    Finding(
        "OnionShare",
        "OTF-006 no content security policy",
        (HEADERS + "test_every_answer_has_our_headers_and_no_others",),
    ),
    Finding(
        "OnionShare",
        "newline in a path of the history",
        (HERE + "test_a_request_s_path_is_repeated_nowhere",),
    ),
    Finding(
        "OnionShare",
        "no limit of a text",
        (ENVELOPES + "test_a_payload_of_one_byte_too_many_is_too_large",),
    ),
    Finding(
        "OnionShare",
        "symlink traversal",
        ("intake/server/test_site.py::test_links_in_a_site_are_not_followed",),
    ),
    Finding(
        "OnionShare",
        "upload accepted though files were disabled",
        (HERE + "test_no_chunk_is_taken_where_files_are_switched_off",),
    ),
    Finding(
        "OnionShare",
        "empty POST made folders",
        (HERE + "test_an_empty_request_makes_nothing",),
    ),
    # ---- magic-wormhole --------------------------------------------------------------------------
    Finding(
        "magic-wormhole",
        "path traversal by file name, twice",
        (SAVING + "test_no_name_from_outside_is_a_path",),
    ),
    Finding(
        "magic-wormhole",
        "an output folder given by its user was written through",
        (SAVING + "test_a_folder_that_is_there_is_not_touched",),
    ),
    # ---- Dangerzone ------------------------------------------------------------------------------
    Finding(
        "Dangerzone",
        "parsers of documents taken over",
        (HERE + "test_no_room_has_anything_that_looks_into_an_image",),
    ),
    Finding(
        "Dangerzone",
        "network in the machine that opens",
        (
            "caseworker/commands/test_never_online.py"
            "::test_whatever_reaches_out_is_refused_in_the_process_of_a_command",
        ),
    ),
    # ---- Signal, WEBCAT, CoverDrop, libsodium.js -------------------------------------------------
    Finding(
        "Signal",
        "automatic receipts tied users together",
        (
            "caseworker/exchange/test_export_bundles.py::test_importing_a_report_answers_nothing_by_itself",
        ),
    ),
    Finding(
        "Signal",
        "an address to poll for each user",
        ("intake/server/test_board.py::test_nothing_else_of_the_board_is_found",),
    ),
    Finding(
        "WEBCAT",
        "a security cache recognised visitors",
        (HEADERS + "test_no_answer_is_kept_by_caches",),
    ),
    Finding(
        "CoverDrop",
        "an old Argon2 by default",
        (HERE + "test_the_codename_is_stretched_by_version_1_3",),
    ),
    Finding(
        "CoverDrop",
        "a passphrase in plain text beside its vault",
        (
            "caseworker/commands/test_no_passphrase_written.py"
            "::test_no_passphrase_is_in_any_file_or_word_of_the_commands",
        ),
    ),
    Finding(
        "CoverDrop",
        "side channels of the app around it",
        reason="there is no app around it: the page is all there is, and loads nothing else",
    ),
    Finding(
        "CoverDrop",
        "user agents counted at the door",
        (
            "intake/server/test_forgetting.py"
            "::test_no_address_and_no_header_outlives_its_connection",
        ),
    ),
    Finding(
        "libsodium.js",
        "state handles freed twice",
        reason="neither it nor any WebAssembly is used; the page's cryptography is noble's",
    ),
    Finding(
        "libsodium.js",
        "memory not wiped",
        reason="JavaScript cannot wipe; a page ends with its visit (the specification's limits)",
    ),
    # ---- SecureDrop ------------------------------------------------------------------------------
    Finding(
        "SecureDrop",
        "the server sees codenames and plaintext",
        ("whole/test_canaries.py::test_nothing_of_a_source_is_anywhere_but_where_it_belongs",),
    ),
    Finding(
        "SecureDrop",
        "a cookie and a cache hold codenames",
        (HEADERS + "test_every_answer_has_our_headers_and_no_others",),
    ),
    Finding(
        "SecureDrop",
        "times kept in microseconds",
        (SCHEMA + "test_no_column_holds_a_time",),
    ),
    Finding(
        "SecureDrop",
        "secure_delete set on one connection",
        (SCHEMA + "test_what_is_deleted_is_overwritten_on_every_connection",),
    ),
    Finding(
        "SecureDrop",
        "one trial for each stored message",
        (
            "crypto/test_sealing_replies.py::test_nothing_is_tried_but_what_bears_a_tag_of_the_source",
        ),
    ),
    # ---- GlobaLeaks ------------------------------------------------------------------------------
    Finding(
        "GlobaLeaks",
        "plaintext and keys on the server",
        ("whole/test_canaries.py::test_nothing_of_a_source_is_anywhere_but_where_it_belongs",),
    ),
    Finding(
        "GlobaLeaks",
        "receipts of 53 bits",
        (HERE + "test_a_codename_has_80_bits_of_chance",),
    ),
    Finding(
        "GlobaLeaks",
        "simultaneous reports failed on a shared counter",
        (
            "whole/test_many_reports.py::test_two_hundred_simultaneous_reports_with_files_are_all_read",
        ),
    ),
    Finding(
        "GlobaLeaks",
        "attachments lost on a kill",
        ("intake/server/test_durability.py::test_nothing_acknowledged_is_lost_by_kills",),
    ),
    Finding(
        "GlobaLeaks",
        "reordered chunks stored corrupt",
        (FILES + "test_any_other_order_or_number_of_chunks_is_refused",),
    ),
    # ---- On these and like systems ---------------------------------------------------------------
    Finding(
        "several",
        "swapped ciphertexts",
        (HERE + "test_a_body_swapped_for_that_of_another_envelope_is_refused",),
    ),
    Finding(
        "several",
        "key-type confusion",
        ("crypto/test_signatures.py::test_a_signature_holds_for_no_other_label",),
    ),
    Finding(
        "several",
        "a recipient left out by the server",
        (HERE + "test_a_directory_without_one_of_its_recipients_is_refused",),
    ),
    Finding(
        "several",
        "a recipient served twice",
        (ENVELOPES + "test_one_recipient_twice_is_refused",),
    ),
    Finding(
        "several",
        "relaying between two offices",
        (HERE + "test_an_envelope_relayed_to_another_office_does_not_open_there",),
    ),
    Finding(
        "several",
        "a consumed key served again",
        ("intake/source/reach/test_office.py::test_older_directory_than_one_seen_is_refused",),
    ),
    Finding(
        "several",
        "stored messages counted from outside",
        (HERE + "test_nobody_outside_can_count_what_is_stored",),
    ),
    Finding(
        "several",
        "path traversal by file name",
        (SAVING + "test_no_name_from_outside_is_a_path",),
    ),
    Finding(
        "several",
        "duplicate JSON keys",
        (HERE + "test_one_key_twice_is_refused_by_every_reader",),
    ),
    Finding(
        "several",
        "terminal escapes in a text",
        (
            "caseworker/commands/test_caseworker_command.py"
            "::test_what_a_source_wrote_cannot_steer_a_terminal",
            "intake/source/commands/test_replies.py::test_escapes_in_a_reply_do_not_reach_the_terminal",
        ),
    ),
    Finding(
        "several",
        "an image bomb in a preview",
        (HERE + "test_no_room_has_anything_that_looks_into_an_image",),
    ),
)
