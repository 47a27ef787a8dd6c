-- The ledger: one chain of entries per unit, and what is looked up beside it.
--
-- Organizations and units get small numbers, so that the tables with a row per entry, command
-- or subject do not repeat their names. Instants are milliseconds since 1970; hashes are the 32
-- bytes of a SHA-256. What an entry or an answer says is opaque here.

create table organization (
    number integer primary key,
    id text not null,
    constraint organization_id unique (id)
);

-- One row per unit: its head. Comparing and moving this row is what makes an append safe.
-- Commands up to `pruned` have been forgotten.
create table unit (
    number integer primary key,
    organization integer not null,
    id text not null,
    revision integer not null,
    hash blob not null,
    pruned integer not null,
    constraint unit_id unique (organization, id),
    constraint unit_organization foreign key (organization) references organization (number),
    constraint unit_hash_len check (length(hash) = 32)
);

-- The facts, append-only. `hash` chains an entry to the one before it.
create table entry (
    unit integer not null,
    revision integer not null,
    at integer not null,
    format integer not null,
    command text not null,
    hash blob not null,
    body blob not null,
    constraint entry_key primary key (unit, revision),
    constraint entry_unit foreign key (unit) references unit (number),
    constraint entry_revision_min check (revision >= 1),
    constraint entry_hash_len check (length(hash) = 32)
);

-- Which commands took effect, so that a repeated one gets its first answer.
create table command (
    unit integer not null,
    id text not null,
    revision integer not null,
    at integer not null,
    request_hash blob not null,
    answer blob not null,
    constraint command_key primary key (unit, id),
    constraint command_request_hash_len check (length(request_hash) = 32)
) without rowid;

-- Which unit of an organization has an id; an id is given once per kind.
create table subject (
    organization integer not null,
    kind integer not null,
    id text not null,
    unit integer not null,
    constraint subject_key primary key (organization, kind, id)
) without rowid;

-- States of a unit, to start from instead of the first entry. Any of them may be deleted.
create table snapshot (
    unit integer not null,
    revision integer not null,
    format integer not null,
    at integer not null,
    hash blob not null,
    checksum blob not null,
    body blob not null,
    constraint snapshot_key primary key (unit, revision, format),
    constraint snapshot_unit foreign key (unit) references unit (number)
);

-- Names and addresses, outside the chain so that a person can be forgotten.
create table profile (
    organization text not null,
    agent text not null,
    name text not null,
    email text,
    constraint profile_key primary key (organization, agent)
) without rowid;

create table client (
    id text not null,
    organization text not null,
    name text not null,
    secret_hash text not null,
    scopes text not null,
    created_at integer not null,
    revoked_at integer,
    constraint client_key primary key (id)
) without rowid;

create index client_organization on client (organization);

-- The newest row signs access tokens.
create table signing_key (
    id integer primary key,
    secret blob not null,
    created_at integer not null,
    constraint signing_key_secret_len check (length(secret) = 32)
);
