# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Run inside Odoo: describe what the addon has put into a database.

It uses nothing of the addon but the names of its models, so that it describes any
commit. ``result`` is a list of lines, each with its parts (list of str).
"""

import inspect
import re

from lxml import etree

from odoo import http, models

ADDON = "oauth_provider"
PACKAGE = f"odoo.addons.{ADDON}"
#: Server-wide modules of an installation that names the addon among them.
SERVER_WIDE = ("", "base", "rpc", "web", ADDON)
#: What is described of a field.
FIELD = (
    *("type", "string", "help", "groups", "required", "readonly", "store", "index"),
    *("copy", "translate", "company_dependent", "comodel_name", "inverse_name"),
    *("relation", "column1", "column2", "ondelete", "delegate", "domain", "context"),
    *("size", "trim", "digits", "currency_field", "sanitize", "attachment", "related"),
    *("compute_sudo", "precompute", "recursive", "aggregator", "exportable"),
    *("check_company", "bypass_search_access", "change_default", "prefetch"),
    *("max_width", "max_height", "falsy_value_label", "default_export_compatible"),
)
#: What is described of a model.
MODEL = (
    *("_description", "_table", "_order", "_rec_name", "_auto", "_abstract"),
    *("_transient", "_log_access", "_inherits", "_parent_store", "_fold_name"),
    *("_check_company_auto", "_rec_names_search", "_transient_max_hours"),
)
#: Models whose records are described in sections of their own, or say nothing here.
APART = {
    *("ir.model", "ir.model.fields", "ir.model.fields.selection", "ir.ui.view"),
    *("ir.model.constraint", "ir.model.inherit", "oauth.provider.key"),
}
#: Fields of records that differ from one database to the next.
VOLATILE = {
    *("id", "create_date", "create_uid", "write_date", "write_uid", "nextcall"),
    *("lastcall", "display_name", "complete_name", "ir_actions_server_id"),
    *("view_ids", "user_ids", "all_user_ids", "parent_path", "action_id"),
}
#: Database objects are ours where their table or their own name has this.
TABLES = {
    "column": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
               || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
               || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relkind IN ('r', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped
        AND (c.relname LIKE '%%oauth_provider%%' OR a.attname LIKE '%%oauth%%')
        AND c.relnamespace = 'public'::regnamespace
    """,
    "constraint": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        AND (conname LIKE '%%oauth%%'
             OR pg_get_constraintdef(oid) LIKE '%%oauth_provider%%')
    """,
    "index": """
        SELECT tablename, indexname, indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND indexdef LIKE '%%oauth%%'
    """,
    "trigger": """
        SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger
        WHERE NOT tgisinternal
    """,
    "function": """
        SELECT proname, '', pg_get_functiondef(oid) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
        AND prolang <> (SELECT oid FROM pg_language WHERE lanname = 'c')
    """,
    "sequence": """
        SELECT sequencename, '', data_type::text FROM pg_sequences
        WHERE schemaname = 'public' AND sequencename LIKE '%%oauth%%'
    """,
}


def describe(env):
    """Return all lines, sorted within each section (list of lists of str)."""
    parts = (
        routes(env),
        described_models(env),
        public_methods(env),
        fields(env),
        xml_ids(env),
        access(env),
        records(env),
        tables(env),
        constraints(env),
        views(env),
        templates(env),
        parameters(env),
    )
    return [line for part in parts for line in sorted(map(_line, part))]


def _line(parts):
    return [part if isinstance(part, str) else plain(part) for part in parts]


def plain(value):
    """Return a value as text that is the same in every process (str)."""
    if isinstance(value, models.BaseModel):
        return "[" + ", ".join(sorted(filter(None, map(name_of, value)))) + "]"
    if callable(value):
        return "<code>"
    if isinstance(value, dict):
        inner = sorted((str(key), plain(one)) for key, one in value.items())
        return "{" + ", ".join(f"{key}: {one}" for key, one in inner) + "}"
    if isinstance(value, set | frozenset):
        return "{" + ", ".join(sorted(map(plain, value))) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(plain, value)) + "]"
    return str(value) if isinstance(value, bytes) else repr(value)


def name_of(record):
    """Return the XML id of a record, or else its name (str)."""
    known = record.get_external_id().get(record.id)
    return known or f"{record._name}:{record.display_name}"


def is_ours(model):
    """Tell whether the addon has made a model."""
    return type(model)._original_module == ADDON


# Routes


def routes(env):
    """Yield the address of each route, and one by one what is said of it."""
    maps = {
        "with a database": [
            (rule.rule, rule.endpoint)
            for rule in env["ir.http"].routing_map().iter_rules()
        ],
        "without": list(http._generate_routing_rules(SERVER_WIDE, nodb_only=True)),
    }
    for kind, found in maps.items():
        for address, endpoint in found:
            for name, value in endpoint.routing.items():
                if name == "routes":
                    value = sorted(value)
                yield "route", kind, address, name, value


# Models and fields


def described_models(env):
    for name in env.registry:
        model = env[name]
        if not is_ours(model):
            continue
        for attribute in MODEL:
            yield "model", name, attribute, getattr(model, attribute, None)
        for parent in type(model)._inherit_module:
            if parent != name:
                yield "model", name, "inherits from", parent
        for shown in ("active", "company_id", "name", "display_name"):
            yield "model", name, f"has {shown}", shown in model._fields


def public_methods(env):
    """Yield what the addon lets callers of RPC do, with the arguments."""
    for name in env.registry:
        model_class = type(env[name])
        found = set()
        for one in model_class.mro():
            if one.__module__.startswith(PACKAGE):
                found |= {
                    method
                    for method, value in vars(one).items()
                    if inspect.isfunction(getattr(value, "__func__", value))
                }
        for method in found:
            kinds = [
                vars(one)[method] for one in model_class.mro() if method in vars(one)
            ]
            is_private = any(getattr(kind, "_api_private", False) for kind in kinds)
            if method.startswith("_") or is_private:
                continue
            function = getattr(model_class, method)
            kind = "of the model" if hasattr(function, "_api_model") else "of records"
            arguments = str(inspect.signature(function))
            yield "method", name, method, kind, arguments


def fields(env):
    """Yield the attributes of our models' fields, and of ours on other models."""
    for name in env.registry:
        model = env[name]
        for field in model._fields.values():
            if not is_ours(model) and ADDON not in field._modules:
                continue
            key = ("field", name, field.name)
            for attribute in FIELD:
                value = getattr(field, attribute, None)
                if attribute == "prefetch" and value is True:
                    continue
                if value is not None and value != ():
                    yield *key, attribute, value
            for attribute in ("compute", "inverse", "search", "group_expand"):
                if getattr(field, attribute, None):
                    yield *key, attribute, "<code>"
            if field.default:
                yield *key, "default", default_of(model, field)
            if field.type == "selection":
                for place, option in enumerate(field._description_selection(env)):
                    yield *key, "selection", f"{place:02} {plain(option)}"
            depends = env.registry.field_depends.get(field, ())
            yield *key, "depends", sorted(depends)
            yield (
                *key,
                "depends on the context",
                sorted(env.registry.field_depends_context.get(field, ())),
            )
            yield *key, "searchable", bool(field._description_searchable)


def default_of(model, field):
    """Return the default of a field, computed where nothing of it is random."""
    if model._abstract:
        return "<code>"
    try:
        value = field.default(model.new())
    except Exception as error:  # noqa: BLE001
        return type(error).__name__
    if isinstance(value, str) and len(value) > 20:
        return f"{len(value)} characters"
    if type(value).__name__ in ("datetime", "date"):
        return type(value).__name__
    return value


# Data


def xml_ids(env):
    data = env["ir.model.data"].search([("module", "=", ADDON)])
    for one in data:
        yield "xml id", one.model, one.name, f"noupdate={one.noupdate}"


def access(env):
    names = [name for name in env.registry if is_ours(env[name])]
    operations = ("read", "write", "create", "unlink")
    for one in env["ir.model.access"].search([("model_id.model", "in", names)]):
        rights = " ".join(
            operation for operation in operations if one[f"perm_{operation}"]
        )
        group = plain(one.group_id) if one.group_id else "everybody"
        yield "access", one.model_id.model, group, one.name, rights
    for one in env["ir.rule"].search([("model_id.model", "in", names)]):
        rights = " ".join(
            operation for operation in operations if one[f"perm_{operation}"]
        )
        model, groups = one.model_id.model, plain(one.groups)
        yield "rule", model, groups, one.name, rights, one.domain_force or ""


def records(env):
    """Yield the values of records that the addon's data has made."""
    data = env["ir.model.data"].search([("module", "=", ADDON)])
    for one in data:
        if one.model in APART or one.model not in env:
            continue
        record = env[one.model].with_context(active_test=False).browse(one.res_id)
        if not record.exists():
            yield "record", one.model, one.name, "is gone"
            continue
        for name, field in record._fields.items():
            if name in VOLATILE or not field.store or field.type == "one2many":
                continue
            if is_ours(record) is False and field.related and not field.inherited:
                continue
            value = record[name]
            if value:
                yield "record", one.model, one.name, name, value


def parameters(env):
    for one in env["ir.config_parameter"].search([("key", "like", "oauth")]):
        yield "parameter", one.key


# Database


def tables(env):
    for kind, query in TABLES.items():
        env.cr.execute(query)
        for table, name, definition in env.cr.fetchall():
            yield f"database: {kind}", table, name, " ".join(definition.split())


def constraints(env):
    """Yield what people are told where a constraint of the database fails."""
    for name in env.registry:
        model = env[name]
        for key, one in model._table_objects.items():
            if one._module == ADDON:
                message = one.message if isinstance(one.message, str) else "<code>"
                yield (
                    "constraint",
                    name,
                    key,
                    one.get_definition(env.registry),
                    message or "",
                )


# Views


def views(env):
    """Yield the final architecture of each view, for an administrator and a manager."""
    group = env.ref("oauth_provider.group_oauth_provider_manager")
    manager = env["res.users"].create(
        {"name": "M", "login": "snapshot_m", "group_ids": [(6, 0, group.ids)]}
    )
    found = env["ir.ui.view"].search([("type", "!=", "qweb")])
    roots = {root_of(view) for view in found if ADDON in xml_id(view)}
    for view in roots:
        for who in (env.ref("base.user_admin"), manager):
            who_name = "manager" if who == manager else "administrator"
            key = ("view", xml_id(view), view.type, f"for the {who_name}")
            try:
                model = env[view.model].with_user(who)
                got = model.get_view(view.id, view.type)
            except Exception as error:  # noqa: BLE001
                yield *key, f"{type(error).__name__}"
                continue
            for number, line in enumerate(lines_of(env, got["arch"])):
                yield *key, f"{number:04} {line}"
    manager.unlink()
    for one in found.filtered(
        lambda view: ADDON in xml_id(view) and not view.inherit_id
    ):
        yield "view", xml_id(one), "priority", one.priority, one.name


def templates(env):
    """Yield the combined architecture of each template."""
    found = env["ir.ui.view"].search([("type", "=", "qweb")])
    for view in {root_of(view) for view in found if ADDON in xml_id(view)}:
        for number, line in enumerate(lines_of(env, view.get_combined_arch())):
            yield "template", xml_id(view), f"{number:04} {line}"


def xml_id(view):
    return view.xml_id or view.key or ""


def root_of(view):
    """Return the view that a view extends in the end."""
    while view.inherit_id and view.mode != "primary":
        view = view.inherit_id
    return view


def lines_of(env, text):
    """Return the lines (list of str) of an architecture, one for each element."""
    root = etree.fromstring(text)
    lines = []

    def walk(node, depth):
        if not isinstance(node.tag, str):
            return
        attributes = " ".join(
            f'{name}="{action_of(env, node, name, value)}"'
            for name, value in sorted(node.attrib.items())
        )
        text = " ".join((node.text or "").split())
        lines.append(f"{'  ' * depth}<{node.tag} {attributes}> {text}".rstrip())
        for child in node:
            walk(child, depth + 1)
            if tail := " ".join((child.tail or "").split()):
                lines.append(f"{'  ' * (depth + 1)}{tail}")

    walk(root, 0)
    return lines


def action_of(env, node, name, value):
    """Return the value of an attribute, with the XML id of an action for its number."""
    if name in ("name", "action") and re.fullmatch(r"\d+", value):
        action = env["ir.actions.actions"].browse(int(value)).exists()
        return name_of(action) if action else value
    return " ".join(value.split())


result = describe(env)  # noqa: F821
