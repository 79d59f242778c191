export * from './sqlite-read-model';
export * from './switch-in';
