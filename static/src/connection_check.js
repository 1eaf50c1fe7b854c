// Copyright 2026 oauth_provider contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
// Would it connect? The server says which address an assistant would look up next; this
// browser looks, without cookies, and tells it what is there.
import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

const MODEL = "oauth.provider.connection";
/** Milliseconds for one address, and characters of what it answers. */
const PATIENCE = 10000;
const MOST_CHARACTERS = 100000;
/** What a client says first (Model Context Protocol, lifecycle). */
const INITIALIZE = {
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: {
        protocolVersion: "2025-11-25",
        capabilities: {},
        clientInfo: {name: "oauth_provider", version: "1"},
    },
};

/**
 * @param {object} lookup
 * @param {string} lookup.url where
 * @param {string} lookup.method how
 * @returns {Promise<object>} what is there: see `ConnectionCheck` of the server
 */
async function lookUp({url, method}) {
    const options = {
        method,
        cache: "no-store",
        credentials: "omit",
        referrerPolicy: "no-referrer",
        signal: AbortSignal.timeout(PATIENCE),
    };
    if (method === "POST") {
        options.headers = {
            Accept: "application/json, text/event-stream",
            "Content-Type": "application/json",
        };
        options.body = JSON.stringify(INITIALIZE);
    }
    try {
        const response = await browser.fetch(url, options);
        // What a call answers is of no interest, and may never end
        const body = method === "GET" ? await response.text() : "";
        return {
            status: response.status,
            challenge: response.headers.get("WWW-Authenticate") || "",
            body: body.slice(0, MOST_CHARACTERS),
        };
    } catch (error) {
        const isHere = url.startsWith(`${browser.location.origin}/`);
        return {error: String(error.message || error), same_origin: isHere};
    }
}

export class ConnectionCheck extends Component {
    static template = "oauth_provider.ConnectionCheck";
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.state = useState({endpoint: "", steps: [], isBusy: false, isDone: false});
        this.asked = "";
        onWillStart(async () => {
            const [client] = this.read(this.props.record);
            this.state.endpoint = await this.orm.call(MODEL, "propose", [client]);
        });
        onWillUpdateProps(({record}) => this.forget(record));
    }

    /** What the form holds: the arguments of the check. */
    read({data}) {
        const client = data.client_id ? data.client_id.id : 0;
        return [client, this.state.endpoint, data.redirect_uri || ""];
    }

    /** What was found is about other values. */
    forget(record) {
        if (this.asked && this.asked !== JSON.stringify(this.read(record))) {
            this.asked = "";
            Object.assign(this.state, {steps: [], isDone: false});
        }
    }

    onInput(event) {
        this.state.endpoint = event.target.value;
        this.forget(this.props.record);
    }

    get failed() {
        return this.state.steps.find(({state}) => state === "failed");
    }

    get hasUnseen() {
        return this.state.steps.some(({state}) => state === "unseen");
    }

    async check() {
        // The field that was left last has its value then
        await this.props.record.isDirty();
        const values = this.read(this.props.record);
        const seen = {};
        this.asked = JSON.stringify(values);
        Object.assign(this.state, {steps: [], isBusy: true, isDone: false});
        try {
            let found = {};
            do {
                if (found.lookup) {
                    seen[found.lookup.url] = await lookUp(found.lookup);
                }
                found = await this.orm.call(MODEL, "check_steps", [...values, seen]);
                this.state.steps = found.steps;
            } while (found.lookup);
            this.state.isDone = true;
        } finally {
            this.state.isBusy = false;
        }
    }
}

registry.category("view_widgets").add("oauth_provider_connection_check", {
    component: ConnectionCheck,
});
