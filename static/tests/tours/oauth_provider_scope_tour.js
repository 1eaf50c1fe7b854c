import {registry} from "@web/core/registry";

// A manager draws the records of a scope, sees them, and is warned before saving more.
registry.category("web_tour.tours").add("oauth_provider_scope", {
    steps: () => [
        {trigger: ".o_data_row td:contains(Tour scope)", run: "click"},
        {
            trigger: "button[name=action_view_grants]:contains(1)",
        },
        {
            trigger: ".o_field_widget[name=domain] a:contains(New Rule)",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=domain] .o_tree_editor_condition",
        },
        {
            content: "Another domain may open more",
            trigger: ".alert-warning:contains(asked again)",
        },
        {
            trigger:
                ".o_field_widget[name=domain] .o_tree_editor_node_control_panel:last button:has(.fa-trash)",
            run: "click",
        },
        {
            content: "The one that there was does not",
            trigger: ".o_form_view:not(:has(.alert-warning:contains(asked again)))",
        },
        {
            trigger: ".o_field_widget[name=field_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: ".modal .o_searchview_input",
            run: "edit phone",
        },
        {
            content: "Before it is there, Enter would search for nothing",
            trigger: ".o_searchview_autocomplete .o-dropdown-item:contains(phone)",
            run: "click",
        },
        {
            trigger: ".modal .o_searchview_facet",
        },
        {
            trigger: ".modal .o_data_row:has(td[data-tooltip='phone']) .o_data_cell",
            run: "click",
        },
        {trigger: ".alert-warning:contains(asked again)"},
        {trigger: ".o_form_button_save", run: "click"},
        {trigger: ".o_form_saved"},
        {trigger: "button[name=action_view_grants]:contains(0)"},
        {trigger: "button[name=action_preview]", run: "click"},
        {trigger: ".modal .o_field_widget[name=records] td:contains(Tour contact)"},
        {
            content: "An administrator looks at it as somebody else",
            trigger: ".modal .o_field_widget[name=user_id] input",
            run: "edit Petra Portal",
        },
        {trigger: ".o-autocomplete--dropdown-item:contains(Petra)", run: "click"},
        {
            content: "Who may not read that contact is shown nothing of it",
            trigger:
                ".modal .o_field_widget[name=records]:not(:has(td:contains(Tour contact)))",
        },
        {trigger: ".modal footer button:contains(Close)", run: "click"},
        {trigger: "body:not(:has(.modal))"},
    ],
});
