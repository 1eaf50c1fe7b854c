import {registry} from "@web/core/registry";

// A manager finds out why a redirect URI is refused, and what is released.
registry.category("web_tour.tours").add("oauth_provider_try", {
    steps: () => [
        {trigger: ".o_data_row td:contains(Tour application)", run: "click"},
        {trigger: "button[name=action_try]", run: "click"},
        {trigger: ".modal .alert-success:contains(exactly like this)"},
        {
            trigger: ".modal .o_field_widget[name=redirect_uri] input",
            run: "edit https://client.example.com/callback/ && press Tab",
        },
        {trigger: ".modal .alert-danger:contains(A slash at the end)"},
        {
            content: "The address follows what was entered",
            trigger: ".modal .o_field_widget[name=url] a[href*='callback%2F&']",
        },
        {
            trigger: ".modal .o_field_widget[name=url] .o_clipboard_button",
        },
        {trigger: ".modal .nav-link[name=released]", run: "click"},
        {trigger: ".modal .o_field_widget[name=userinfo]:contains(preferred_username)"},
        {
            content: "An administrator looks at somebody else",
            trigger: ".modal .o_field_widget[name=user_id] input",
            run: "edit Ann O'Auth",
        },
        {trigger: ".o-autocomplete--dropdown-item:contains(Ann)", run: "click"},
        {trigger: ".modal .o_field_widget[name=userinfo]:contains(ann@example.com)"},
        {trigger: ".modal footer button:contains(Close)", run: "click"},
        {trigger: "body:not(:has(.modal))"},
    ],
});
