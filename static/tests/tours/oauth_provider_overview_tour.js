import {registry} from "@web/core/registry";

// A manager looks at what is allowed, and then at what should be mended.
registry.category("web_tour.tours").add("oauth_provider_overview", {
    steps: () => [
        {trigger: ".o_data_row td:contains(Tour application)"},
        {trigger: ".o_switch_view.o_graph", run: "click"},
        {trigger: ".o_graph_view canvas"},
        {trigger: ".o_switch_view.o_pivot", run: "click"},
        {
            trigger: ".o_pivot_view tbody tr:last .o_pivot_header_cell_closed",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu .o_menu_item:contains(/^Client$/)",
            run: "click",
        },
        {trigger: ".o_pivot_view th:contains(Tour application)"},
        {trigger: ".o_switch_view.o_list", run: "click"},
        {trigger: ".o_list_view .o_data_row"},
        {trigger: ".o_searchview_dropdown_toggler", run: "click"},
        {
            trigger: ".o_filter_menu .o_menu_item:contains(Implicit or Password Grant)",
            run: "click",
        },
        {trigger: ".o_view_nocontent:contains(Nobody has allowed)"},
        {
            content: "Unticked again, and on to what nobody uses",
            trigger: ".o_filter_menu .o_menu_item:contains(Implicit or Password Grant)",
            run: "click",
        },
        {
            trigger: ".o_filter_menu .o_menu_item:contains(Unused for 90 Days)",
            run: "click",
        },
        {trigger: ".o_data_row td:contains(Forgotten application)"},
        {trigger: ".o_list_view:not(:has(td:contains(Tour application)))"},
        {trigger: "button[data-menu-xmlid='base.menu_users']", run: "click"},
        {
            trigger: "a[data-menu-xmlid='oauth_provider.oauth_provider_token_menu']",
            run: "click",
        },
        {trigger: ".o_breadcrumb .active:contains(OAuth Provider Tokens)"},
        {trigger: ".o_data_row td:contains(Tour application)"},
        {trigger: ".o_searchview_dropdown_toggler", run: "click"},
        {trigger: ".o_filter_menu .o_menu_item:contains(Expired)", run: "click"},
        {trigger: ".o_data_row td:contains(Forgotten application)"},
        {trigger: ".o_switch_view.o_pivot", run: "click"},
        {
            trigger: ".o_pivot_view tbody tr:last .o_pivot_header_cell_closed",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu .o_menu_item:contains(/^Client$/)",
            run: "click",
        },
        {trigger: ".o_pivot_view th:contains(Forgotten application)"},
        {trigger: "button[data-menu-xmlid='base.menu_users']", run: "click"},
        {
            trigger: "a[data-menu-xmlid='oauth_provider.oauth_provider_check_menu']",
            run: "click",
        },
        {
            content: "The way to the place",
            trigger:
                ".o_data_row:contains(Tour application: answers travel over http) button[name=action_open]",
            run: "click",
        },
        {trigger: ".o_form_view .alert-danger:contains(over http)"},
        {trigger: ".o_form_view .o_field_widget[name=token_url] .o_clipboard_button"},
        {
            content: "And back by the breadcrumb",
            trigger: ".o_breadcrumb a:contains(Check-Up)",
            run: "click",
        },
        {trigger: ".o_data_row:contains(over http)"},
    ],
});
