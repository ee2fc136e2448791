// Loaded into every launched child: when the launcher is killed outright, the child is told to end as by `kill`.
process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
process.channel?.unref();
