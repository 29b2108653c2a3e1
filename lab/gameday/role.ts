/** What is killed in a fault that is played with kills. */
export type Role = 'agent' | 'controller';
