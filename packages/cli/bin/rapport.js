#!/usr/bin/env node
require('@rapport/runtime/supported-node');
// Node keeps compiled code between runs.
require('node:module').enableCompileCache();
require('../dist/main.js');
