import {registry} from "@web/core/registry";

// An administrator connects Nextcloud by its recipe, and later replaces the secret.
registry.category("web_tour.tours").add("oauth_provider_recipe", {
    steps: () => [
        {trigger: "button:contains(New Client For)", run: "click"},
        {trigger: ".modal .o_field_widget[name=recipe] input", run: "click"},
        {trigger: ".o_select_menu_item:contains(Nextcloud)", run: "click"},
        {
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit Our cloud",
        },
        {
            trigger: ".modal .o_field_widget[name=address] input",
            run: "edit https://cloud.example.com && press Tab",
        },
        {
            content: "The redirect URI is that of the application",
            trigger:
                ".modal .o_field_widget[name=redirect_uri] input:value(/apps.user_oidc.code$/)",
        },
        {trigger: ".modal button[name=action_create]", run: "click"},
        {
            content: "What is to be entered there, under the names that it has there",
            trigger:
                ".modal .o_field_widget[name=values] tr:contains(Discovery endpoint):contains(openid-configuration)",
        },
        {
            content: "The secret is among it, this once",
            trigger:
                ".modal .o_field_widget[name=values] tr:contains(Client secret):contains(/[\\w-]{43}/)",
        },
        {trigger: ".modal .o_field_widget[name=secret] .o_clipboard_button"},
        {trigger: ".modal footer button:contains(Done)", run: "click"},
        {trigger: ".o_data_row td:contains(Our cloud)", run: "click"},
        {trigger: "button[name=action_view_grants]:contains(0)"},
        {trigger: ".o_field_widget[name=discovery_url] .o_clipboard_button"},
        {
            trigger: "button[name=action_generate_secret]:contains(New Secret)",
            run: "click",
        },
        {
            content: "It says that the present one goes on working for a day",
            trigger: ".modal:contains(for one day) footer .btn-primary",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=secret]:contains(/[\\w-]{43}/)",
        },
        {trigger: ".modal footer button:contains(Done)", run: "click"},
        {trigger: "button[name=action_end_previous_secret]", run: "click"},
        {
            trigger: ".modal:contains(stops working at once) footer .btn-primary",
            run: "click",
        },
        {
            trigger:
                ".o_form_view:not(:has(button[name=action_end_previous_secret])):not(:has(.modal))",
        },
    ],
});
