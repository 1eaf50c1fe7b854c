import {registry} from "@web/core/registry";

// An administrator adds a scope on contacts and a client that may use it, by hand.
registry.category("web_tour.tours").add("oauth_provider_configure", {
    steps: () => [
        {
            content: "The list of scopes, with the shipped ones",
            trigger: ".o_data_row td:contains(openid)",
        },
        {trigger: ".o_list_button_add", run: "click"},
        {
            trigger: ".o_field_widget[name=name] input",
            run: "edit See your contacts",
        },
        {
            trigger: ".o_field_widget[name=code] input",
            run: "edit contacts.read",
        },
        {
            trigger: ".o_field_widget[name=model_id] input",
            run: "edit res.partner",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(/^Contact$/)",
            run: "click",
        },
        {
            content: "The records and the fields appear with the model",
            trigger: ".o_field_widget[name=domain]",
        },
        {
            trigger: ".o_field_widget[name=field_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            content: "The first page may be full of the fields of other modules",
            trigger: ".modal .o_searchview_input",
            run: "edit email",
        },
        {
            content: "Before it is there, Enter would search for nothing",
            trigger: ".o_searchview_autocomplete .o-dropdown-item:contains(email)",
            run: "click",
        },
        {trigger: ".modal .o_searchview_facet"},
        {
            trigger: ".modal .o_data_row:has(td[data-tooltip='email']) .o_data_cell",
            run: "click",
        },
        {trigger: ".o_field_widget[name=field_ids] td[data-tooltip='email']"},
        {trigger: ".o_form_button_save", run: "click"},
        {trigger: ".o_form_saved"},
        {
            content: "On to the clients, by the menu",
            trigger: "button[data-menu-xmlid='base.menu_users']",
            run: "click",
        },
        {
            trigger:
                ".dropdown-item[data-menu-xmlid='oauth_provider.oauth_provider_client_menu']",
            run: "click",
        },
        {
            trigger: ".o_breadcrumb .active:contains(OAuth Provider Clients)",
        },
        {trigger: ".o_list_button_add", run: "click"},
        {
            trigger: ".o_field_widget[name=name] input",
            run: "edit Tour application",
        },
        {
            content: "A web application has redirect URIs and no user to act as",
            trigger: ".o_form_view:not(:has(.o_field_widget[name=user_id]))",
        },
        {
            trigger:
                ".o_field_widget[name=redirect_uri_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name=redirect_uri_ids] .o_field_widget[name=name] input",
            run: "edit https://tour.example.com/callback",
        },
        {trigger: ".o_form_button_save", run: "click"},
        {
            content: "It has no secret yet, and the form says so",
            trigger: ".alert-warning:contains(has no secret yet)",
        },
        {
            trigger: "button[name=action_generate_secret]:contains(Generate Secret)",
            run: "click",
        },
        {
            content: "The secret is shown, this once",
            trigger: ".modal .o_field_widget[name=secret]:contains(/[\\w-]{43}/)",
        },
        {trigger: ".modal .o_field_widget[name=secret] .o_clipboard_button"},
        {trigger: ".modal footer button:contains(Done)", run: "click"},
        {trigger: "button[name=action_generate_secret]:contains(New Secret)"},
    ],
});
