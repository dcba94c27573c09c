/**
 * Stands in for the native part of VS Code's log (`@vscode/spdlog`), which an installation without build scripts
 * lacks: without it no process of the server keeps a log, and the output channels of extensions stay empty.
 */
const { createWriteStream } = require('node:fs');

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'critical'];
/** How the log's files name them. */
const names = { warn: 'warning' };
const pad = (value, digits) => String(value).padStart(digits, '0');

/** `2026-11-27 08:44:43.296`, local */
function time() {
  const now = new Date();
  const day = [pad(now.getFullYear(), 4), pad(now.getMonth() + 1, 2), pad(now.getDate(), 2)].join('-');
  const clock = [now.getHours(), now.getMinutes(), now.getSeconds()].map((v) => pad(v, 2)).join(':');
  return `${day} ${clock}.${pad(now.getMilliseconds(), 3)}`;
}

class Logger {
  #level = 0;
  #plain = false;
  #file;

  constructor(_type, _name, path) {
    this.#file = createWriteStream(path, { flags: 'a' });
    // A folder that has been removed meanwhile: there is nobody left to read the log.
    this.#file.on('error', () => undefined);
    levels.forEach((level, rank) => {
      this[level] = (message) => {
        if (rank < this.#level) return;
        this.#file.write(this.#plain ? message : `${time()} [${names[level] ?? level}] ${message}\n`);
      };
    });
  }

  getLevel() {
    return this.#level;
  }

  setLevel(level) {
    this.#level = level;
  }

  /** Only ever the pattern that is written here. */
  setPattern() {}

  clearFormatters() {
    this.#plain = true;
  }

  flush() {}

  drop() {
    this.#file.end();
  }
}

const addon = { version: 0, setLevel() {}, setFlushOn() {}, Logger };

/** What finds native parts: `require('bindings')('spdlog')`. */
module.exports = () => addon;
