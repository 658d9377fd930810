//! The desktop shell: window, commands, state. It decides nothing; the desk does.

mod commands;
mod error;
mod logging;
mod places;
mod state;

use desk::app::App;
use state::{Shell, WindowSurface};
use std::sync::Arc;
use tauri::{Manager, RunEvent, Wry};
use tauri_specta::{Builder, collect_commands};

/// Every command the window may call; the generated bindings and the handler come from this one list.
pub fn command_list() -> Builder<Wry> {
    use commands::{
        app, clients, devices, events, imports, resources, schedule, search, tasks, team, today,
        undo,
    };
    Builder::<Wry>::new().commands(collect_commands![
        app::app_start,
        app::app_choose,
        app::first_run_sample,
        app::first_run_local,
        app::server_connect,
        app::server_open,
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
        devices::device_list,
        devices::device_revoke,
        events::event_list,
        events::event_board,
        events::event_types,
        events::event_page,
        events::event_form_check,
        events::event_create,
        events::event_edit,
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
        schedule::assignment_create,
        schedule::assignment_edit,
        schedule::assignment_release,
        schedule::block_create,
        schedule::block_remove,
        today::today,
        today::person_day,
        today::event_sheet,
        today::window_print,
        team::team,
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

/// Opens the window and runs until it closes.
///
/// # Panics
/// When the system cannot show a window at all.
pub fn run() {
    let places = places::find();
    let _log = logging::start(&places.data);
    desk::secrets::use_keychain();
    let commands = command_list();
    let shell = tauri::Builder::<Wry>::default()
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(commands.invoke_handler())
        .setup(move |tauri_app| {
            let surface = Arc::new(WindowSurface(tauri_app.handle().clone()));
            let app = Arc::new(App::new(places, surface));
            // The desk opens while the window loads its pages, which then only ask for what is there.
            let opening = Arc::clone(&app);
            tauri::async_runtime::spawn(async move { opening.open_ahead().await });
            tauri_app.manage(Shell { app });
            Ok(())
        })
        .build(tauri::generate_context!())
        .expect("the system can show a window");
    shell.run(|handle, event| {
        if let RunEvent::Exit = event {
            // Last of all: the local server stops with the app.
            tauri::async_runtime::block_on(handle.state::<Shell>().app.close());
        }
    });
}

#[cfg(test)]
mod tests;
