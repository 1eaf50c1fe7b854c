import {registry} from "@web/core/registry";

// An administrator connects another Odoo. The test counts the clicks.
registry.category("web_tour.tours").add("oauth_provider_quick_start", {
    steps: () => [
        {trigger: ".o_navbar_apps_menu button", run: "click"},
        {
            trigger: ".o_app[data-menu-xmlid='base.menu_administration']",
            run: "click",
        },
        {trigger: "button[data-menu-xmlid='base.menu_users']", run: "click"},
        {
            trigger: "a[data-menu-xmlid='oauth_provider.oauth_provider_client_menu']",
            run: "click",
        },
        {trigger: "button:contains(New Client For)", run: "click"},
        {
            content: "Another Odoo is what it starts with",
            trigger: ".modal .o_field_widget[name=address] input",
            run: "edit https://second.example.com",
        },
        {trigger: ".modal button[name=action_create]", run: "click"},
        {
            content: "What is to be entered at the other side",
            trigger: ".modal .o_field_widget[name=values]:contains(/tokeninfo/)",
        },
        {
            content: "Or all of it in a file",
            trigger: ".modal .o_field_widget[name=values] a[href$='/auth_oauth.csv']",
        },
        {trigger: ".modal .modal-footer button:contains(Done)", run: "click"},
        {
            content: "The new client is in the list",
            trigger: ".o_data_row td:contains(Another Odoo)",
        },
    ],
});
