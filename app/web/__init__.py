"""What every page shares: security headers, formats, language, links, the frame of the screens, error pages."""
