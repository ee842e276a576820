package config

// check finds what is wrong with the values of a configuration whose shape is right.
func (f *findings) check(c *Config) {}
