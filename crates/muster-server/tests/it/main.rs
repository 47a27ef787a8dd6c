//! The server, from outside: a real one on a free port, asked over HTTP.

mod app;
mod http;

mod routes;
