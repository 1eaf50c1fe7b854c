// Copyright 2026 oauth_provider contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
// What stands behind "#" reaches no server: it is sent as a form.
(function () {
    "use strict";
    const form = document.querySelector("form");
    form.elements.answer.value = window.location.hash.slice(1);
    // Gone from the history before anything else happens
    window.history.replaceState(null, "", window.location.pathname);
    form.submit();
})();
