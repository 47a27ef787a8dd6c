-- What is done in the background for a client. `turn` counts changes of the progress; a job is open
-- until nothing is left to be done.
create table job (
    organization text not null,
    id text not null,
    created_at integer not null,
    request blob not null,
    turn integer not null,
    is_open integer not null,
    progress blob not null,
    constraint job_key primary key (organization, id)
) without rowid;

create index job_open on job (created_at) where is_open = 1;

-- What its operations came to, by their place.
create table job_outcome (
    organization text not null,
    job text not null,
    number integer not null,
    body blob not null,
    constraint job_outcome_key primary key (organization, job, number)
) without rowid;
