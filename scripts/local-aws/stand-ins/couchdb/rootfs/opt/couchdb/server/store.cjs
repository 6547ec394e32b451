/** The databases: PouchDB over LevelDB, a folder each. */
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { promisify } = require("node:util");
const leveldown = require("leveldown");
const PouchDB = require("pouchdb-core");
const { SyncedLevelDown } = require("./synced-leveldown.cjs");

/** LevelDB's file that says that a database is whole. */
const WHOLE = "CURRENT";
/** An empty database of LevelDB, which one process at a time can open. */
const LOCK = ".lock";
/** What this process has open. Without a reference, it would be closed as garbage. */
const held = [];

PouchDB.plugin(require("pouchdb-adapter-leveldb")).plugin(require("pouchdb-mapreduce"));

/**
 * Takes the folder of the databases for this process, until it ends.
 * @param {string} directory
 */
async function lock(directory) {
  fs.mkdirSync(directory, { recursive: true });
  const locked = leveldown(path.join(directory, LOCK));
  held.push(locked);
  try {
    await promisify(locked.open.bind(locked))();
  } catch (error) {
    if (!/lock/i.test(error.message) || /Permission denied/.test(error.message)) throw error;
    throw new Error(`another process has ${directory} open: end it first, two would destroy each other's documents`);
  }
}

/**
 * @param {string} directory of the databases, which {@link lock} took
 * @returns the class of its databases
 */
function openStore(directory) {
  const Store = PouchDB.defaults({ prefix: `${directory}/`, adapter: "leveldb", db: SyncedLevelDown });
  // The list of databases is the list of folders, so no crash makes the two differ.
  Store.allDbs = (callback) => {
    const names = listDatabases(directory);
    if (callback) callback(null, names);
    return Promise.resolve(names);
  };
  return Store;
}

function listDatabases(directory) {
  const isDatabase = (name) => !name.includes("-mrview-") && fs.existsSync(path.join(directory, name, WHOLE));
  return fs
    .readdirSync(directory)
    .filter((name) => name !== LOCK && isDatabase(name))
    .sort();
}

module.exports = { lock, openStore };
