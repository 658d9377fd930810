//! The window shows Cloche's own pages and nothing else: a page from elsewhere could pass for Cloche in it.

use tauri::plugin::{Builder, TauriPlugin};
use tauri::{Runtime, Url};

/// Refuses every way to another page, whoever leads there.
pub fn plugin<R: Runtime>() -> TauriPlugin<R> {
    Builder::new("own-pages").on_navigation(|_, url| is_own(url)).build()
}

fn is_own(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    match url.scheme() {
        "tauri" => host == "localhost",
        // Windows has no schemes of its own; while Cloche is worked on, the pages come from a server beside it.
        "http" | "https" => host == "tauri.localhost" || (cfg!(dev) && host == "localhost"),
        "about" => url.as_str() == "about:blank",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_pages_that_came_with_the_program_are_shown() {
        let own = |url: &str| is_own(&Url::parse(url).expect("it is a URL"));
        for url in [
            "tauri://localhost/",
            "tauri://localhost/events/1",
            "http://tauri.localhost/",
            "about:blank",
        ] {
            assert!(own(url), "{url}");
        }
        for url in [
            "https://example.org/",
            "http://127.0.0.1:80/",
            "http://tauri.localhost.example.org/",
            "https://tauri.localhost@example.org/",
            "tauri://example.org/",
            "file:///etc/passwd",
            "data:text/html,<script>x</script>",
            "javascript:x",
            "blob:tauri://localhost/1",
            "about:srcdoc",
            "cloche://server",
        ] {
            assert!(!own(url), "{url}");
        }
    }
}
