-- Who may read an agent's calendar: one link per agent, its secret as a SHA-256. A link that was
-- revoked keeps its row, so that an import does not bring it back.
create table calendar (
    organization text not null,
    agent text not null,
    token_hash blob not null,
    created_at integer not null,
    revoked_at integer,
    constraint calendar_key primary key (organization, agent),
    constraint calendar_token_hash unique (token_hash),
    constraint calendar_token_hash_len check (length(token_hash) = 32)
) without rowid;
