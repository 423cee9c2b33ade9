"""What status says of lists that were wrong."""

from tests.caseworker.commands.test_caseworker_command import vault_run
from tests.offices.vaults import Office


def test_status_says_once_that_lists_were_wrong_and_mends_them(reported: Office) -> None:
    before = vault_run(reported, "list", "--json").data
    with reported.opened() as vault, vault.db.transaction():
        vault.db.run("UPDATE case_rows SET messages = 9")
    wrong = "the lists of this vault were wrong about 1 case, case 1 first"
    assert f"WARNING: {wrong}" in vault_run(reported, "status").out
    assert wrong not in vault_run(reported, "status").out
    assert vault_run(reported, "list", "--json").data == before
