//! The desktop shell: window, commands, state. It decides nothing; the desk does.

mod arguments;
mod autostart;
mod comfort;
mod commands;
mod diagnostics;
mod error;
mod first;
mod kept;
mod logging;
mod own_pages;
mod places;
mod state;
mod tray;
mod updates;
mod window;

use arguments::{Arguments, ProfileName};
use comfort::{Comfort, main_window};
use desk::app::App;
use desk::profile::Places;
use first::{First, HandedOver, Turn};
use state::{Shell, WindowSurface};
use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;
use tauri::{AppHandle, Context, Env, Manager, RunEvent, Window, WindowEvent, Wry};
use tauri_specta::{Builder, collect_commands};
use updates::Updates;

/// Every command the window may call; the generated bindings and the handler come from this one list.
pub fn command_list() -> Builder<Wry> {
    use commands::{
        app, backups, clients, comfort, devices, events, imports, resources, schedule, search,
        tasks, team, today, undo, updates,
    };
    Builder::<Wry>::new().commands(collect_commands![
        app::app_start,
        app::app_choose,
        app::first_run_sample,
        app::first_run_local,
        app::server_connect,
        app::server_open,
        app::server_set_up,
        app::sign_in,
        app::join_describe,
        app::join_accept,
        app::keychain_available,
        app::sign_out,
        app::password_change,
        app::password_reset_local,
        app::organization_switch,
        app::sync_status,
        app::window_activity,
        backups::backup_list,
        backups::backup_now,
        backups::backup_save,
        backups::backup_pick,
        backups::backup_contents,
        backups::backup_restore,
        backups::first_run_restore,
        backups::office_move,
        backups::office_move_finish,
        backups::office_moved_to,
        backups::office_open_again,
        devices::device_list,
        devices::device_revoke,
        events::event_list,
        events::event_board,
        events::event_types,
        events::event_page,
        events::event_form_check,
        events::event_create,
        events::event_edit,
        events::event_move_preview,
        events::event_advance,
        events::event_cancel,
        events::event_reinstate,
        events::event_archive,
        events::event_unarchive,
        events::event_activity,
        clients::client_list,
        clients::client_page,
        clients::client_create,
        clients::client_edit,
        clients::client_delete,
        clients::client_activity,
        tasks::task_list,
        tasks::task_counts,
        tasks::event_tasks,
        tasks::task_due_check,
        tasks::task_create,
        tasks::task_edit,
        tasks::task_move,
        tasks::task_assign,
        tasks::task_delete,
        resources::resource_list,
        resources::resource_page,
        resources::resource_schedule,
        resources::resource_create,
        resources::resource_edit,
        resources::resource_delete,
        resources::resource_activity,
        schedule::event_staffing,
        schedule::event_release_preview,
        schedule::assignment_check,
        schedule::assignment_candidates,
        schedule::assignment_create,
        schedule::assignment_edit,
        schedule::assignment_release,
        schedule::block_check,
        schedule::block_create,
        schedule::block_remove,
        today::today,
        today::person_day,
        today::event_sheet,
        today::window_print,
        team::team,
        team::team_members,
        team::member_invite,
        team::invitation_withdraw,
        team::member_reset_link,
        team::member_role,
        team::member_rename,
        team::member_end,
        team::member_reinstate,
        team::matrix_set,
        search::search,
        undo::undo,
        comfort::comfort,
        comfort::comfort_set,
        comfort::arrival_take,
        comfort::diagnostics,
        updates::update_status,
        updates::update_check,
        updates::update_install,
        updates::update_automatic,
        imports::import_pick,
        imports::import_pick_folder,
        imports::import_books_preview,
        imports::import_books_apply,
        imports::books_export,
        imports::import_fields,
        imports::import_preview,
        imports::import_rows,
        imports::import_apply,
        imports::import_cancel,
    ])
}

/// Opens the window and runs until it closes; where one with the same data is open already, that one comes to the front.
///
/// # Panics
/// When the system cannot show a window at all.
pub fn run() -> ExitCode {
    let Arguments { profile, link } = match Arguments::read(std::env::args_os().skip(1)) {
        Ok(arguments) => arguments,
        Err(error) => return refuse(&error.to_string()),
    };
    let places = places::find(&profile);
    let first = match first::take(&places.data, &HandedOver { link: link.clone() }) {
        Ok(Turn::First(first)) => Some(first),
        Ok(Turn::HandedOver) => return ExitCode::SUCCESS,
        Err(error) if error.kind() == std::io::ErrorKind::TimedOut => {
            return refuse("Cloche is open already, but it does not answer. End it first.");
        }
        Err(error) if error.kind() == std::io::ErrorKind::ResourceBusy => {
            return refuse("Cloche is just closing, or being updated. Open it again in a minute.");
        }
        // The window itself will say that the data folder cannot be used.
        Err(_) => None,
    };
    let _log = logging::start(&places.data);
    desk::secrets::use_keychain();
    if profile.is_named() {
        desk::secrets::name_keychain(&profile.title("Cloche"));
    }
    let comfort = Comfort::read(&places.data, profile, link);
    open(places, first, comfort);
    ExitCode::SUCCESS
}

/// Says why in a box of the system's: there is no window to say it in, and whoever clicks an icon sees no terminal.
fn refuse(why: &str) -> ExitCode {
    eprintln!("{why}");
    let has_screen = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|s| std::env::var_os(s).is_some());
    if has_screen || !cfg!(target_os = "linux") {
        let asked = rfd::MessageDialog::new().set_level(rfd::MessageLevel::Warning);
        asked.set_title("Cloche").set_description(why).show();
    }
    ExitCode::FAILURE
}

fn open(places: Places, first: Option<First>, comfort: Comfort) {
    let commands = command_list();
    let mut context = tauri::generate_context!();
    prepare(&mut context, &comfort);
    let shell = tauri::Builder::<Wry>::default()
        // First of all: what is managed already, Tauri leaves alone.
        .manage(started_again_with(&comfort.profile))
        .plugin(own_pages::plugin())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_updater::Builder::new().build())
        .invoke_handler(commands.invoke_handler())
        .on_window_event(follow_window)
        .setup(move |tauri_app| {
            let updates = Updates::new(tauri_app.handle().clone(), &places.data);
            tauri::async_runtime::spawn(Arc::clone(&updates).watch());
            tauri_app.manage(updates);
            if let Some(window) = main_window(tauri_app.handle()) {
                comfort.place.fit(&window);
            }
            tauri_app.manage(comfort);
            if let Some(first) = first {
                answer_later_ones(tauri_app.handle(), first);
            }
            let surface = Arc::new(WindowSurface(tauri_app.handle().clone()));
            let app = Arc::new(App::new(places, surface));
            // The desk opens while the window loads its pages, which then only ask for what is there.
            let opening = Arc::clone(&app);
            tauri::async_runtime::spawn(async move { opening.open_ahead().await });
            tauri_app.manage(Shell { app });
            Ok(())
        })
        .build(context)
        .expect("the system can show a window");
    shell.run(|handle, event| match event {
        // A Mac hands links to the program that runs instead of starting another.
        #[cfg(target_os = "macos")]
        RunEvent::Opened { urls } => {
            let link = urls.into_iter().next().map(String::from);
            handle.state::<Comfort>().link_came(handle, link);
        }
        RunEvent::Exit => {
            if let Some(first) = handle.try_state::<First>() {
                first.close();
            }
            // Last of all: the local server stops with the app.
            tauri::async_runtime::block_on(handle.state::<Shell>().app.close());
            handle.state::<Arc<Updates>>().finish();
        }
        _ => {}
    });
}

/// What Tauri and the updater start Cloche again with: its profile, but not the link that was opened long ago.
fn started_again_with(profile: &ProfileName) -> Env {
    let mut env = Env::default();
    env.args_os.truncate(1);
    env.args_os.extend(profile.arguments().into_iter().map(OsString::from));
    env
}

/// A profile's window has a name and web storage of its own, and every window stands where it stood.
fn prepare(context: &mut Context, comfort: &Comfort) {
    let config = context.config_mut();
    config.identifier = comfort.profile.identifier(&config.identifier);
    if let Some(window) = config.app.windows.first_mut() {
        window.title = comfort.profile.title(&window.title);
        comfort.place.apply(window);
    }
}

/// What a later start of the same profile was started with is opened here.
fn answer_later_ones(handle: &AppHandle<Wry>, mut first: First) {
    let there = handle.clone();
    first.listen(move |handed_over| {
        there.state::<Comfort>().link_came(&there, handed_over.link);
    });
    handle.manage(first);
}

/// Keeps the window's place, and the window itself where closing it only puts it away.
fn follow_window(window: &Window<Wry>, event: &WindowEvent) {
    let handle = window.app_handle();
    let (Some(comfort), Some(window)) = (handle.try_state::<Comfort>(), main_window(handle)) else {
        return;
    };
    match event {
        WindowEvent::Moved(_) | WindowEvent::Resized(_) => comfort.place.moved(window),
        WindowEvent::CloseRequested { api, .. } => {
            comfort.place.keep(&window);
            if comfort.closes_to_tray() {
                api.prevent_close();
                let _ = window.hide();
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
