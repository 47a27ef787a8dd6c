-- Who does a piece of background work, by its name. Each change of holder raises the fence, for
-- ever; what holders write names the fence it was decided under.
create table lease (
    name text collate "C" not null,
    holder text collate "C" not null,
    fence bigint not null,
    until bigint not null,
    constraint lease_key primary key (name)
);

-- What is to be looked at in a unit by itself: up to which revision somebody looked, and when the
-- next thing runs out, if anything does.
create table agenda (
    organization text collate "C" not null,
    unit text collate "C" not null,
    revision bigint not null,
    due_at bigint,
    constraint agenda_key primary key (organization, unit)
);

-- What was answered to requests with a key that wrote to plain tables: a repeated one gets its
-- first answer.
create table keyed_answer (
    id text collate "C" not null,
    request_hash bytea not null,
    answer bytea not null,
    at bigint not null,
    constraint keyed_answer_key primary key (id),
    constraint keyed_answer_request_hash_len check (length(request_hash) = 32)
);

create index keyed_answer_at on keyed_answer (at);

-- Who is told of a unit's events, and how far. `version` counts changes of the settings, `turn`
-- those of the progress; `due_at` is null when there is nothing to be sent until somebody says so.
create table webhook (
    organization text collate "C" not null,
    id text collate "C" not null,
    unit text collate "C" not null,
    created_at bigint not null,
    version bigint not null,
    settings bytea not null,
    turn bigint not null,
    revision bigint not null,
    due_at bigint,
    progress bytea not null,
    constraint webhook_key primary key (organization, id)
);

-- What was sent lately, and what came of it.
create table delivery (
    organization text collate "C" not null,
    webhook text collate "C" not null,
    number bigint not null,
    at bigint not null,
    body bytea not null,
    constraint delivery_key primary key (organization, webhook, number)
);

create index delivery_at on delivery (at);

-- The server's time in milliseconds since 1970, now and not when the transaction began.
create function now_ms() returns bigint volatile language sql as $$
    select (extract(epoch from clock_timestamp()) * 1000)::bigint
$$;
