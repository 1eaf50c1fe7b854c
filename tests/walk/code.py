# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Code of Odoo's modules that changes further records by itself when one is written.

It runs in a module's own ``write`` or in a computation, so that no token is asked; see
*What is not covered* in the documentation. ``{(model, field, table): where it is}``.
"""

_SECURITY = "mail: ResUsers._notify_security_setting_update"
_ALIAS = "mail: MailAliasMixinOptional.write"
_OPENING = "account: AccountFinancialYearOp.write"
_ACCOUNT = "account: ResPartnerBank.write"
_WORKORDER = "mrp: MrpWorkorder.write"
_EVENT = "oauth_provider: oauth.provider.event, which managers read"

CODE = {
    ("account.financial.year.op", "opening_date", "res_company"): _OPENING,
    ("account.financial.year.op", "fiscalyear_last_day", "res_company"): _OPENING,
    ("account.financial.year.op", "fiscalyear_last_month", "res_company"): _OPENING,
    ("account.report.line", "tax_tags_formula", "account_account_tag"): (
        "account: AccountReportExpression.create"
    ),
    ("account.setup.bank.manual.config", "*", "mail_message"): _ACCOUNT,
    ("blog.post", "website_published", "mail_message"): (
        "website_blog: BlogPost.write"
    ),
    ("crm.team", "alias_domain_id", "mail_alias"): _ALIAS,
    ("hr.employee", "resource_calendar_id", "resource_resource"): (
        "hr: HrEmployee.write"
    ),
    ("hr.job", "alias_domain_id", "mail_alias"): _ALIAS,
    ("mailing.mailing", "ab_testing_schedule_datetime", "ir_cron_trigger"): (
        "mass_mailing: MailingMailing.write"
    ),
    ("maintenance.team", "alias_domain_id", "mail_alias"): _ALIAS,
    ("mrp.workorder", "date_finished", "mrp_production"): _WORKORDER,
    ("mrp.workorder", "date_start", "mrp_production"): _WORKORDER,
    ("oauth.provider.client", "secret", "oauth_provider_event"): _EVENT,
    ("oauth.provider.scope", "domain", "oauth_provider_event"): _EVENT,
    ("product.template", "standard_price", "product_value"): (
        "stock_account: ProductProduct.write"
    ),
    ("project.project", "alias_domain_id", "mail_alias"): _ALIAS,
    ("res.users", "email", "mail_message"): _SECURITY,
    ("res.users", "login", "mail_message"): _SECURITY,
    ("res.users", "password", "mail_message"): _SECURITY,
    ("slide.slide", "website_published", "mail_message"): (
        "website_slides: SlideSlide.write"
    ),
}
