import type { Workbench } from "../workbench";

/** Token of the stand-in for JupyterLab. */
export const TOKEN = "5ca1ab1e";

/** Answers each connection as nREPL does, which says something only when it is asked. */
const NREPL = `import socketserver

class Answer(socketserver.BaseRequestHandler):
    def handle(self):
        if self.request.recv(1024).startswith(b"d"):
            self.request.sendall(b"d2:id1:16:statusl4:doneee")

socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer(("127.0.0.1", @PORT@), Answer).serve_forever()
`;

/** A service that lives on the data volume, as those of our image do. */
const unit = (command: string) => `[Unit]
BindsTo=workbench-data-volume.service
After=workbench-data-volume.service

[Service]
User=admin
ExecStart=${command}

[Install]
WantedBy=workbench-data-volume.service
`;

/**
 * Puts **stand-ins** for the services of our image on a machine that boots Debian's own, since our image takes minutes to
 * build: a web server with the file `api` for JupyterLab, a program that answers `describe` for nREPL, and `jupyter-url`.
 * They have the names, ports and dependencies of ours.
 */
export async function installStandIns(user: Workbench, ports: { jupyter: number; nrepl: number }): Promise<void> {
  const files: Record<string, string> = {
    "/usr/local/bin/jupyter-url": `#!/bin/sh\necho 'http://127.0.0.1:${ports.jupyter}/lab?token=${TOKEN}'\n`,
    "/usr/local/lib/stand-in/www/api": '{"version": "stand-in"}',
    "/usr/local/lib/stand-in/www/lab": "a stand-in for JupyterLab",
    "/usr/local/lib/stand-in/nrepl.py": NREPL.replace("@PORT@", String(ports.nrepl)),
    "/etc/systemd/system/workbench-jupyter.service": unit(
      `/usr/bin/python3 -m http.server --bind 127.0.0.1 --directory /usr/local/lib/stand-in/www ${ports.jupyter}`,
    ),
    "/etc/systemd/system/workbench-nrepl.service": unit("/usr/bin/python3 /usr/local/lib/stand-in/nrepl.py"),
  };
  const writes = Object.entries(files).map(([file, text]) => {
    const encoded = Buffer.from(text).toString("base64");
    return `echo ${encoded} | base64 --decode | sudo install -D --mode 755 /dev/stdin ${file}`;
  });
  const services = "workbench-jupyter workbench-nrepl";
  const start = `sudo systemctl enable ${services} && sudo systemctl restart ${services}`;
  await user.ssh([...writes, "sudo systemctl daemon-reload", start].join(" && "));
}
