-- Who does a piece of background work, by its name. Each change of holder raises the fence, for
-- ever; what holders write names the fence it was decided under.
create table lease (
    name text not null,
    holder text not null,
    fence integer not null,
    until integer not null,
    constraint lease_key primary key (name)
) without rowid;

-- What is to be looked at in a unit by itself: up to which revision somebody looked, and when the
-- next thing runs out, if anything does.
create table agenda (
    organization text not null,
    unit text not null,
    revision integer not null,
    due_at integer,
    constraint agenda_key primary key (organization, unit)
) without rowid;

-- What was answered to requests with a key that wrote to plain tables: a repeated one gets its
-- first answer.
create table keyed_answer (
    id text not null,
    request_hash blob not null,
    answer blob not null,
    at integer not null,
    constraint keyed_answer_key primary key (id),
    constraint keyed_answer_request_hash_len check (length(request_hash) = 32)
) without rowid;

create index keyed_answer_at on keyed_answer (at);

-- Who is told of a unit's events, and how far. `version` counts changes of the settings, `turn`
-- those of the progress; `due_at` is null when there is nothing to be sent until somebody says so.
create table webhook (
    organization text not null,
    id text not null,
    unit text not null,
    created_at integer not null,
    version integer not null,
    settings blob not null,
    turn integer not null,
    revision integer not null,
    due_at integer,
    progress blob not null,
    constraint webhook_key primary key (organization, id)
) without rowid;

-- What was sent lately, and what came of it.
create table delivery (
    organization text not null,
    webhook text not null,
    number integer not null,
    at integer not null,
    body blob not null,
    constraint delivery_key primary key (organization, webhook, number)
) without rowid;

create index delivery_at on delivery (at);
