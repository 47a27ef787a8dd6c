//! An operation, said in few words.

use std::collections::BTreeSet;

use muster_api::list::ListView;
use muster_api::openapi::{Schemas, Schemed, answered, members, taken};
use muster_api::{BadInput, ROOT, parse};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::parameter::{self, Parameter};
use crate::router::is_operation;

/// The members of a query, by name, with whether they must be there.
type Members = fn(&mut Schemas) -> Vec<(String, bool, Value)>;

/// What a request brings along.
#[derive(Debug, Clone)]
pub(super) struct Body {
    pub(super) media: &'static str,
    pub(super) schema: Schemed,
    /// As JSON.
    pub(super) example: &'static str,
    pub(super) is_required: bool,
    /// Reads the example as the handler reads a body.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests read all examples"))]
    pub(super) read: fn(&[u8]) -> Result<(), BadInput>,
}

/// What comes back.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) about: &'static str,
    /// The media types, each with its schema.
    pub(super) content: Vec<(&'static str, Schemed)>,
    pub(super) has_tag: bool,
}

/// That what is answered is a parameter of another operation.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) operation: &'static str,
    /// The parameters, each with where it stands in the answer, or in the request.
    pub(super) parameters: &'static [(&'static str, &'static str)],
}

/// What is said of a route.
#[derive(Debug, Clone)]
pub(super) struct Operation {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) id: String,
    pub(super) summary: &'static str,
    pub(super) about: &'static str,
    pub(super) query: Option<Members>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Option<Body>,
    pub(super) replies: Vec<Reply>,
    /// The statuses of refusals, beside those that every route has.
    pub(super) refusals: BTreeSet<u16>,
    pub(super) links: Vec<Link>,
    /// Whether it can be answered later, by a job.
    pub(super) can_wait: bool,
}

/// An operation below `/api/v2/wfm`.
pub(super) fn wfm(
    method: &'static str,
    path: &str,
    id: &'static str,
    summary: &'static str,
) -> Operation {
    let operation = open(method, &format!("{ROOT}{path}"), id, summary);
    let operation = operation.with(&[parameter::MIN_REVISION]);
    let operation = operation.refuses(&[400, 401, 403, 404, 414, 429, 431, 503]);
    if is_operation(method, path) || path == "/bulk" { operation.waits() } else { operation }
}

/// An operation for which no token is asked.
pub(super) fn open(
    method: &'static str,
    path: &str,
    id: &'static str,
    summary: &'static str,
) -> Operation {
    Operation {
        method,
        path: path.to_owned(),
        id: id.to_owned(),
        summary,
        about: "",
        query: None,
        parameters: Vec::new(),
        body: None,
        replies: Vec::new(),
        refusals: BTreeSet::new(),
        links: Vec::new(),
        can_wait: false,
    }
}

macro_rules! methods {
    ($($name:ident = $method:literal;)*) => {$(
        pub(super) fn $name(path: &str, id: &'static str, summary: &'static str) -> Operation {
            wfm($method, path, id, summary)
        }
    )*};
}

methods! {
    get = "GET";
    post = "POST";
    put = "PUT";
    patch = "PATCH";
    delete = "DELETE";
}

impl Operation {
    /// More than the summary says.
    pub(super) fn about(self, about: &'static str) -> Self {
        Self { about, ..self }
    }

    /// Its own parameters of the query.
    pub(super) fn query<T: JsonSchema>(self) -> Self {
        Self { query: Some(members::<T>), ..self }
    }

    /// The same at another path.
    pub(super) fn at(&self, path: &str) -> Self {
        let (path, id) = (format!("{ROOT}{path}"), format!("{}ByShortPath", self.id));
        Self { path, id, ..self.clone() }
    }

    /// Further parameters.
    pub(super) fn with(mut self, parameters: &[Parameter]) -> Self {
        self.parameters.extend(parameters);
        self
    }

    /// Further refusals.
    pub(super) fn refuses(mut self, statuses: &[u16]) -> Self {
        self.refusals.extend(statuses);
        self
    }

    /// That it names nothing which may be missing.
    pub(super) fn finds_always(mut self) -> Self {
        self.refusals.remove(&404);
        self
    }

    /// The state can be one of the past.
    pub(super) fn of_the_past(self) -> Self {
        self.with(&[parameter::AT_REVISION, parameter::AS_OF]).refuses(&[410])
    }

    /// With `Prefer: respond-async` it is answered later, by a job.
    fn waits(self) -> Self {
        let keyed = self.with(&[parameter::KEY, parameter::PREFER]);
        let keyed = keyed.refuses(&[408, 413, 415, 422]);
        Self { can_wait: true, ..keyed }
    }

    /// It takes a body.
    pub(super) fn takes<T: JsonSchema + DeserializeOwned>(self, example: &'static str) -> Self {
        self.body::<T>("application/json", example, true)
    }

    /// It takes a body that may be left out.
    pub(super) fn may_take<T: JsonSchema + DeserializeOwned>(self, example: &'static str) -> Self {
        self.body::<T>("application/json", example, false)
    }

    /// It takes a form.
    pub(super) fn takes_form<T: JsonSchema + DeserializeOwned>(
        self,
        example: &'static str,
    ) -> Self {
        self.body::<T>("application/x-www-form-urlencoded", example, true)
    }

    fn body<T: JsonSchema + DeserializeOwned>(
        self,
        media: &'static str,
        example: &'static str,
        is_required: bool,
    ) -> Self {
        let read = |bytes: &[u8]| parse::<T>(bytes).map(drop);
        let body = Body { media, schema: taken::<T>, example, is_required, read };
        Self { body: Some(body), ..self }.refuses(&[400, 408, 413, 415, 422])
    }

    /// It changes something.
    pub(super) fn commands(self) -> Self {
        let is_put = self.method == "PUT";
        let operation = self.with(&[parameter::IF_MATCH]).refuses(&[409, 413, 422]);
        if is_put { operation.with(&[parameter::IF_ABSENT]).refuses(&[412]) } else { operation }
    }

    /// It shows a document with its tag.
    pub(super) fn shows<T: JsonSchema>(self) -> Self {
        let mut operation = self.with(&[parameter::IF_NONE_MATCH]);
        operation.replies.push(Reply { has_tag: true, ..reply::<T>(200, "What there is.") });
        let about = "It is still what `If-None-Match` names.";
        operation.replies.push(Reply {
            content: Vec::new(),
            has_tag: true,
            ..reply::<T>(304, about)
        });
        operation
    }

    /// It lists what there is.
    pub(super) fn lists<T: JsonSchema>(self) -> Self {
        self.answers::<ListView<T>>()
    }

    /// It lists what there is, page by page.
    pub(super) fn pages<T: JsonSchema>(self) -> Self {
        self.lists::<T>().of_the_past()
    }

    /// 200 with something.
    pub(super) fn answers<T: JsonSchema>(mut self) -> Self {
        self.replies.push(reply::<T>(200, "What became of it."));
        self
    }

    /// 201 for what is new, 200 for what was there.
    pub(super) fn makes<T: JsonSchema>(mut self) -> Self {
        self.replies.push(reply::<T>(200, "It was there; this is how it is now."));
        self.replies.push(reply::<T>(201, "It was made."));
        self
    }

    /// 200 with what was written, and its tag unless it was merged.
    pub(super) fn writes<T: JsonSchema>(mut self) -> Self {
        let about = "How it is now. There is no tag where the write was merged with another.";
        self.replies.push(Reply { has_tag: true, ..reply::<T>(200, about) });
        self
    }

    /// 204.
    pub(super) fn withdraws(self) -> Self {
        self.replies(204, "It is gone.", &[])
    }

    /// Any other answer.
    pub(super) fn replies(
        mut self,
        status: u16,
        about: &'static str,
        content: &[(&'static str, Schemed)],
    ) -> Self {
        let content = content.to_vec();
        self.replies.push(Reply { status, about, content, has_tag: false });
        self
    }

    /// What is answered is a parameter of other operations.
    pub(super) fn leads(
        mut self,
        to: &[&'static str],
        parameters: &'static [(&'static str, &'static str)],
    ) -> Self {
        let links = to.iter().map(|&operation| Link { operation, parameters });
        self.links.extend(links);
        self
    }
}

fn reply<T: JsonSchema>(status: u16, about: &'static str) -> Reply {
    let content = vec![("application/json", answered::<T> as Schemed)];
    Reply { status, about, content, has_tag: false }
}
