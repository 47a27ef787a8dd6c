-- What is done in the background for a client. `turn` counts changes of the progress; a job is open
-- until nothing is left to be done.
create table job (
    organization text collate "C" not null,
    id text collate "C" not null,
    created_at bigint not null,
    request bytea not null,
    turn bigint not null,
    is_open boolean not null,
    progress bytea not null,
    constraint job_key primary key (organization, id)
);

create index job_open on job (created_at) where is_open;

-- What its operations came to, by their place.
create table job_outcome (
    organization text collate "C" not null,
    job text collate "C" not null,
    number bigint not null,
    body bytea not null,
    constraint job_outcome_key primary key (organization, job, number)
);
