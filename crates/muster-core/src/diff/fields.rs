//! A shift's fields as clients write them, checked.

use crate::decide::Rejection;
use crate::diff::{ActivityDoc, ShiftDoc};
use crate::limits;
use crate::roster::Roster;
use crate::shift::{Activity, ShiftBody};

pub(super) fn set(body: &mut ShiftBody, doc: &ShiftDoc) -> Result<(), Rejection> {
    let too_long = |field: &str, value: &str, limit: usize| {
        let problem = format!("is longer than {limit} characters");
        Rejection::invalid(&format!("{}/{field}", doc.pointer), &value, &problem)
    };
    if let Some(span) = &doc.span {
        if span.length_min == 0 || span.length_min > limits::SHIFT_MIN {
            let pointer = format!("{}/lengthMinutes", doc.pointer);
            let problem = format!("is not within 1..={}", limits::SHIFT_MIN);
            return Err(Rejection::invalid(&pointer, &span.length_min, &problem));
        }
        body.span = span.clone();
    }
    if let Some(site) = &doc.site {
        body.site.clone_from(site);
    }
    if let Some(plan) = &doc.work_plan {
        body.work_plan.clone_from(plan);
    }
    if let Some(ids) = &doc.external_ids {
        if ids.len() > limits::EXTERNAL_IDS {
            let pointer = format!("{}/externalIds", doc.pointer);
            let problem = format!("are more than {}", limits::EXTERNAL_IDS);
            return Err(Rejection::invalid(&pointer, &ids.len(), &problem));
        }
        body.external_ids.clone_from(ids);
    }
    if let Some(note) = &doc.note {
        if let Some(text) = note.as_ref().filter(|t| t.chars().count() > limits::NOTE_LEN) {
            return Err(too_long("note", text, limits::NOTE_LEN));
        }
        body.note.clone_from(note);
    }
    if let Some(tags) = &doc.tags {
        if tags.len() > limits::TAGS {
            let problem = format!("are more than {}", limits::TAGS);
            let pointer = format!("{}/tags", doc.pointer);
            return Err(Rejection::invalid(&pointer, &tags.len(), &problem));
        }
        body.tags.clone_from(tags);
    }
    Ok(())
}

/// Sorted activities that lie inside the shift and share no time, with codes that exist.
pub(super) fn activities(
    ground: &Roster,
    doc: &ShiftDoc,
    body: &ShiftBody,
    activities: &[ActivityDoc],
) -> Result<Vec<Activity>, Rejection> {
    let at = |n: usize, field: &str| format!("{}/activities/{n}/{field}", doc.pointer);
    if activities.len() > limits::ACTIVITIES {
        let problem = format!("are more than {}", limits::ACTIVITIES);
        let pointer = format!("{}/activities", doc.pointer);
        return Err(Rejection::invalid(&pointer, &activities.len(), &problem));
    }
    let mut sorted = Vec::with_capacity(activities.len());
    for (n, activity) in activities.iter().enumerate() {
        let ActivityDoc { code, offset_min, length_min, paid } = activity;
        let known = ground.code(code).ok_or_else(|| {
            let problem = "is not an activity code of this unit";
            Rejection::invalid(&at(n, "activityCodeId"), code, problem)
        })?;
        let end = offset_min.checked_add(*length_min);
        if *length_min == 0 || end.is_none_or(|end| end > body.span.length_min) {
            let problem = format!("does not lie within the shift's {} min", body.span.length_min);
            let place = format!("{offset_min} min + {length_min} min");
            return Err(Rejection::invalid(&at(n, "lengthMinutes"), &place, &problem));
        }
        sorted.push((
            n,
            Activity {
                offset_min: *offset_min,
                length_min: *length_min,
                code: code.clone(),
                paid: paid.unwrap_or(known.paid),
            },
        ));
    }
    sorted.sort_by(|a, b| a.1.cmp(&b.1));
    for pair in sorted.windows(2) {
        if pair[0].1.offset_min + pair[0].1.length_min > pair[1].1.offset_min {
            let problem = format!("shares time with activity {}", pair[0].0);
            let pointer = at(pair[1].0, "offsetMinutes");
            return Err(Rejection::invalid(&pointer, &pair[1].1.offset_min, &problem));
        }
    }
    Ok(sorted.into_iter().map(|(_, activity)| activity).collect())
}
