import {registry} from "@web/core/registry";

// A manager looks at who uses what, and at what should be mended.
registry.category("web_tour.tours").add("oauth_provider_overview", {
    steps: () => [
        {
            content: "What people have allowed",
            trigger: ".o_data_row td:contains(Overview application)",
        },
        {trigger: ".o_switch_view.o_graph", run: "click"},
        {trigger: ".o_graph_view canvas"},
        {trigger: ".o_switch_view.o_pivot", run: "click"},
        {trigger: ".o_pivot_view th:contains(Overview application)"},
        {trigger: ".o_searchview_dropdown_toggler", run: "click"},
        {trigger: ".o_filter_menu .o_menu_item:contains(Unused)", run: "click"},
        {
            content: "It was used just now",
            trigger: ".o_pivot_view:not(:has(th:contains(Overview application)))",
        },
        {
            content: "On to the tokens, by the menu",
            trigger: "button[data-menu-xmlid='base.menu_users']",
            run: "click",
        },
        {
            trigger:
                ".dropdown-item[data-menu-xmlid='oauth_provider.oauth_provider_token_menu']",
            run: "click",
        },
        {trigger: ".o_breadcrumb .active:contains(OAuth Provider Tokens)"},
        {trigger: ".o_switch_view.o_graph", run: "click"},
        {trigger: ".o_graph_view canvas"},
        {
            content: "And what should be mended",
            trigger: "button[data-menu-xmlid='base.menu_users']",
            run: "click",
        },
        {
            trigger:
                ".dropdown-item[data-menu-xmlid='oauth_provider.oauth_provider_check_menu']",
            run: "click",
        },
        {
            trigger:
                ".o_data_row:contains(Overview application):contains(legacy) button[name=action_open]",
            run: "click",
        },
        {
            content: "The finding leads to the place",
            trigger: ".o_form_view .o_field_widget[name=name] input:value(Overview)",
        },
        {trigger: ".o_form_view .alert:contains(legacy grant)"},
    ],
});
