//! What a check found, as a line of JSON.

pub enum Verdict {
    Ok(String),
    Fail(String),
}

/// `problems` is what is wrong; with none of it the check holds.
pub fn verdict(problems: Vec<String>, holds: &str) -> Verdict {
    if problems.is_empty() {
        Verdict::Ok(holds.to_string())
    } else {
        Verdict::Fail(problems.join("; "))
    }
}

pub fn line(id: &str, name: &str, verdict: &Verdict) -> String {
    let (word, detail) = match verdict {
        Verdict::Ok(detail) => ("ok", detail),
        Verdict::Fail(detail) => ("fail", detail),
    };
    format!(
        "{{\"id\":{},\"name\":{},\"verdict\":\"{word}\",\"detail\":{}}}",
        quoted(id),
        quoted(name),
        quoted(detail)
    )
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars().take(600) {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
