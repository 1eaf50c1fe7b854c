# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The code path of ``make bench-pages``: its figures at this size say nothing."""

import re
from argparse import Namespace

import pytest

from bench.document import write_between
from bench.pages import arch, calls, main, plans, report, search
from bench.pages.session import Call
from dev.console import Stop

FIELDS = {
    "name": {"type": "char", "string": "Name"},
    "sequence": {"type": "integer", "string": "Sequence"},
    "total": {"type": "integer", "string": "Total", "aggregator": "sum"},
    "user_id": {"type": "many2one", "string": "User", "relation": "res.users"},
    "tag_ids": {"type": "many2many", "string": "Tags", "relation": "tag"},
    "line_ids": {"type": "one2many", "string": "Lines", "relation": "line"},
    "at": {"type": "datetime", "string": "At"},
}
MODELS = {"model": {"fields": FIELDS}, "line": {"fields": FIELDS}}


# Less than a minute on an idle machine
@pytest.mark.long
@pytest.mark.timeout(900)
def test_pages_are_measured_and_answer(capsys):
    options = Namespace(size="small", only=["client", "consent"], write=False)
    assert main.run(options) in (0, 1)
    printed = capsys.readouterr().out
    lines = re.findall(r"^\| (.+?) +\| +[\d.]+ \| +[\d.]+ \| +[\d.]+ \|", printed, re.M)
    assert set(lines) >= {
        "client, list: all",
        "client, list: Client ID “…”",
        "client, list: With Full Access",
        "client, list: by Application Type",
        "client, list: group of Application Type",
        "client, list: sorted by Application Type, descending",
        "client, kanban: by Application Type",
        "client, form: opened",
        "client, form: new",
        "client, form: Acts As",
        "client action_view_grants › grant, list: In Force",
        "client action_view_grants › grant, graph: In Force",
        "client action_view_tokens › token, pivot: Live",
        "client action_try › trial, form: new",
        "consent, page: shown",
    }
    assert "| token, list" not in printed
    assert "Error" not in printed


def test_the_specification_is_that_of_the_web_client():
    node = arch.parse(
        """<form>
            <header><button name="x"/></header>
            <field name="user_id"/>
            <field name="tag_ids" widget="many2many_tags"/>
            <group><field name="line_ids">
                <list limit="7" default_order="at"><field name="name"/></list>
            </field></group>
            <field name="at" invisible="1"/>
        </form>"""
    )
    assert arch.Specification(None).make(node, "model", MODELS) == {
        "user_id": {"fields": {"display_name": {}}},
        "tag_ids": {"fields": {"display_name": {}}},
        "line_ids": {"fields": {"name": {}}, "limit": 7, "order": "at"},
        "at": {},
    }


def test_an_embedded_list_without_an_arch_is_the_default_one():
    def get_views(model, kind):
        assert (model, kind) == ("line", "kanban")
        views = {"kanban": {"arch": "<kanban><field name='name'/></kanban>"}}
        return {"views": views, "models": MODELS}

    node = arch.parse("<form><field name='line_ids' mode='kanban'/></form>")
    assert arch.Specification(get_views).make(node, "model", MODELS) == {
        "line_ids": {"fields": {"name": {}}, "limit": 40}
    }


def test_lists_are_sorted_and_summed_up_as_the_web_client_does():
    node = arch.parse(
        "<list><field name='sequence' widget='handle'/><field name='total'/></list>"
    )
    assert arch.default_order(node) == "sequence, id"
    assert arch.aggregates(node, FIELDS) == ["total:sum"]


def test_graphs_and_pivots_group_dates_by_month_at_least():
    graph = arch.parse(
        "<graph><field name='at'/><field name='user_id'/>"
        "<field name='total' type='measure'/></graph>"
    )
    assert arch.graph(graph, FIELDS) == ["at:month", "user_id"]
    pivot = arch.parse(
        "<pivot><field name='user_id' type='row'/>"
        "<field name='at' interval='day' type='col'/></pivot>"
    )
    assert arch.pivot(pivot, FIELDS) == (["user_id"], ["at:day"])
    assert arch.measures(graph, FIELDS) == ["total:sum"]
    assert arch.measures(pivot, FIELDS) == []
    assert calls._grouping_sets(["user_id"], ["at:day"]) == [
        *([], ["at:day"], ["user_id"], ["user_id", "at:day"])
    ]


def test_a_search_view_is_read_with_its_defaults():
    node = arch.parse(
        """<search>
            <field name="name"/>
            <field name="user_id"/>
            <filter name="mine" string="Mine" domain="[('user_id', '=', uid)]"/>
            <filter name="at" date="at" string="At"/>
            <filter name="by_at" string="At" context="{'group_by': 'at'}"/>
        </search>"""
    )
    values = {"name": "Ann", "user_id": (7, "Bob")}
    found = search.read(node, FIELDS, values.get, {"uid": 3})
    assert found.filters["Name “…”"] == [("name", "ilike", "Ann")]
    assert found.filters["User “…”"] == [("user_id", "ilike", "Bob")]
    assert found.filters["User chosen"] == [("user_id", "=", 7)]
    assert found.filters["Mine"] == [("user_id", "=", 3)]
    assert found.picks == {"Name “…”", "User “…”", "User chosen"}
    assert found.groupings == {"At": "at:month"}
    assert found.suggestions == [("User", "res.users", [], "Bob")]
    [(name, operator, start), (_name, _operator, end)] = found.filters["At this month"]
    assert (name, operator) == ("at", ">=") and start < end
    context = {"search_default_mine": 1, "search_default_by_at": 1}
    assert found.default(context) == ("Mine, At", [("user_id", "=", 3)], ["at:month"])
    assert found.default({}) == ("all", [], [])


def test_a_filter_is_chosen_besides_the_default_ones():
    node = arch.parse(
        """<search>
            <field name="name"/>
            <filter name="mine" string="Mine" domain="[('user_id', '=', uid)]"/>
            <filter name="none" string="None" domain="[('user_id', '=', False)]"/>
            <separator/>
            <filter name="late" string="Late" domain="[('at', '>', 'today')]"/>
            <filter name="at" date="at" string="At"/>
        </search>"""
    )
    found = search.read(node, FIELDS, {"name": "Ann"}.get, {"uid": 3})
    mine, late = [("user_id", "=", 3)], [("at", ">", "today")]
    chosen = {"search_default_mine": 1, "search_default_late": 1}
    assert found.default_filters(chosen) == ["Mine", "Late"]
    assert found.beside(chosen, "Name “…”") == (mine + late, False)
    # In place of the one of its own group
    assert found.beside(chosen, "None") == (late, False)
    assert found.beside(chosen, "At this year") == (mine, True)
    assert found.beside(chosen, "Late") == (mine, True)
    assert found.beside({}, "At this year") == ([], False)
    assert found.has_period(chosen)
    assert not found.has_period({"search_default_mine": 1})


def test_what_cannot_be_evaluated_is_not_left_out_in_silence():
    assert arch.value("[('a', '=', uid)]", {"uid": 2}) == [("a", "=", 2)]
    with pytest.raises(Stop):
        arch.value("[('a', '=', context_today())]")


def _scan(table, kept, removed=0, loops=1):
    return {
        "Node Type": "Seq Scan",
        "Relation Name": table,
        "Actual Rows": kept,
        "Actual Loops": loops,
        "Rows Removed by Filter": removed,
    }


@pytest.mark.parametrize(
    ("scan", "picks", "found"),
    [
        (_scan("oauth_provider_token", 10, 20_000), False, ["oauth_provider_token"]),
        (_scan("oauth_provider_token", 15_000, 5_000), False, []),
        (_scan("oauth_provider_token", 15_000, 5_000), True, ["oauth_provider_token"]),
        (_scan("oauth_provider_token", 10, 5_000), True, []),
        # A small one, again and again
        (_scan("oauth_provider_client", 1, 999, loops=900), True, []),
        (_scan("res_partner", 10, 20_000), True, []),
    ],
)
def test_a_table_is_not_to_be_read_in_whole_for_a_few_rows(scan, picks, found):
    plan = {"Node Type": "Limit", "Plans": [{"Node Type": "Sort", "Plans": [scan]}]}
    assert plans.unwanted(plans.whole_reads(plan), picks) == found


def _row(few, many, **marks):
    call = Call("token", "list", "all", "/x", {}, **marks)
    return report.Row(call, "manager", few, many, bare=0.002)


def test_a_page_over_its_limit_is_bad():
    assert _row(0.01, 0.25).is_good  # 130 times the bare route
    assert _row(0.1, 0.49).is_good  # five times what it takes with few rows
    slow = _row(0.01, 0.27)
    assert not slow.is_good and slow.verdict == "too slow"
    joined = _row(0.01, 0.27, joins=True)
    assert joined.is_good and joined.verdict == "sorted by joining"
    wide = _row(0.01, 0.27, wide=True)
    assert wide.is_good and wide.verdict == "without the period"
    scanned = _row(0.01, 0.02)
    scanned.scans = ["oauth_provider_token"]
    assert not scanned.is_good
    failed = _row(0.01, 0.02)
    failed.failure = "ValueError: wrong"
    assert not failed.is_good
    table = report.full([slow, scanned], 1000, 20_000)
    assert "too slow; reads all of oauth_provider_token" in table.splitlines()[-1] or (
        "reads all of oauth_provider_token" in table
    )
    assert "1 over" in report.summary([slow, joined])


def test_figures_stand_between_their_marks(tmp_path):
    path = tmp_path / "document.md"
    path.write_text("before\n<!-- a -->\nold\n<!-- z -->\nafter\n")
    write_between(path, ("<!-- a -->", "<!-- z -->"), "new")
    assert path.read_text() == "before\n<!-- a -->\n\nnew\n\n<!-- z -->\nafter\n"
